//! New databases with today's schema. Copying a database is much quicker than migrating one,
//! so each test program migrates once and its tests get copies.

use crate::{
    core::database::Database,
    host::random::{Random, SystemRandom},
};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};
use secrecy::SecretString;
use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A migrated SQLite file in this folder; gives its address.
pub(super) async fn new_file(folder: &Path) -> String {
    let new = folder.join("mooring.db");
    fs::copy(file().await, &new).unwrap();
    address(&new)
}

/// A database on a server; dropping this drops it there.
#[derive(Debug)]
pub(super) struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// A migrated database on the server. The role that Mooring works as is not its own yet:
    /// call [`Database::migrate`].
    pub(super) async fn on(server: &str) -> Self {
        let admin = admin(server).await;
        let template = database(server, &admin).await;
        let name = format!("mooring_test_{}", number());
        run(
            &admin,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        admin.close().await.unwrap();
        let server = server.to_owned();
        Self { server, name }
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        named(&self.server, &self.name)
    }
}

impl Drop for TestDatabase {
    /// A thousand tests with 11 MB each fill a disk.
    fn drop(&mut self) {
        // A test's own server goes as a whole, and may be gone already.
        if std::env::var(super::POSTGRES).as_ref() != Ok(&self.server) {
            return;
        }
        let server = self.server.clone();
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // The test's own runtime may be at its end.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let admin = admin(&server).await;
                run(&admin, drop).await;
                admin.close().await.unwrap();
            });
        })
        .join();
        if !std::thread::panicking() {
            dropped.expect("the database of the test is dropped");
        }
    }
}

/// An empty database on the server; gives its address.
pub(super) async fn empty_database(server: &str) -> String {
    let admin = admin(server).await;
    let new = format!("mooring_test_{}", number());
    run(&admin, format!("CREATE DATABASE {new}")).await;
    admin.close().await.unwrap();
    named(server, &new)
}

/// The file that is copied: beside the test program, and not older.
async fn file() -> PathBuf {
    let (program, built) = program();
    let _lock = lock(&program);
    let template = program.with_extension("db");
    let made = fs::metadata(&template).and_then(|made| made.modified());
    if made.is_err() || made.is_ok_and(|made| made < built) {
        let folder = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
        let (first, whole) = (folder.path().join("first.db"), folder.path().join("whole"));
        migrate(&address(&first)).await;
        let first = sea_orm::Database::connect(address(&first)).await.unwrap();
        // What is in the write-ahead log is in the copy as well.
        let sql = format!("VACUUM INTO '{}'", whole.display());
        first.execute_unprepared(&sql).await.unwrap();
        first.close().await.unwrap();
        fs::rename(whole, &template).unwrap();
    }
    template
}

/// The database that is copied; each build of the test program has its own.
async fn database(server: &str, admin: &DatabaseConnection) -> String {
    let (program, built) = program();
    let _lock = lock(&program);
    let mut hasher = DefaultHasher::new();
    (&program, built).hash(&mut hasher);
    let name = format!("mooring_template_{:016x}", hasher.finish());
    let there = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let statement = Statement::from_string(DatabaseBackend::Postgres, there);
    if admin.query_one_raw(statement).await.unwrap().is_none() {
        let first = format!("{name}_{}", number());
        run(admin, format!("CREATE DATABASE {first}")).await;
        migrate(&named(server, &first)).await;
        // Only a database without sessions can be renamed or copied.
        let sessions = format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{first}'"
        );
        run(admin, sessions).await;
        run(admin, format!("ALTER DATABASE {first} RENAME TO {name}")).await;
    }
    name
}

async fn migrate(url: &str) {
    let url = SecretString::from(url.to_owned());
    let new = Database::open(&url).await.unwrap();
    new.migrate().await.unwrap();
}

/// The test program, and when it was built.
fn program() -> (PathBuf, SystemTime) {
    let program = std::env::current_exe().unwrap();
    let built = fs::metadata(&program).unwrap().modified().unwrap();
    (program, built)
}

/// Tests run in several processes, and one of them makes the template.
fn lock(program: &Path) -> File {
    let lock = File::create(program.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    lock
}

fn address(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn named(server: &str, database: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(database);
    url.into()
}

async fn admin(server: &str) -> DatabaseConnection {
    sea_orm::Database::connect(server)
        .await
        .expect("the PostgreSQL of the tests answers")
}

async fn run(admin: &DatabaseConnection, sql: String) {
    let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
    admin.execute_raw(statement).await.unwrap();
}

/// A number that no other database has.
fn number() -> u64 {
    let mut random = [0; 8];
    SystemRandom.fill(&mut random);
    u64::from_le_bytes(random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Backend, World, backends};

    #[tokio::test]
    async fn a_database_goes_with_its_test() {
        for backend in backends() {
            let Backend::Postgres(server) = &backend else {
                continue;
            };
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let name = world._database.as_ref().unwrap().name.clone();
            let admin = admin(server).await;
            let there = async || {
                let sql = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
                let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
                admin.query_one_raw(statement).await.unwrap().is_some()
            };
            assert!(there().await);
            drop(world);
            assert!(!there().await, "{name} is still there");
        }
    }
}
