//! Rights in the database: PostgreSQL's roles, and what the program may.

mod audit;
mod functions;
mod heads;
mod names;
mod roles;
mod schema;

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};
use secrecy::{ExposeSecret, SecretString};
use service::{
    encryption::MasterKeys,
    host::random::{Random, SystemRandom},
    testing::{Backend, World, backends},
};
use url::Url;

/// The PostgreSQL of the tests, as its administrator.
pub struct Server {
    url: Url,
    db: DatabaseConnection,
}

impl Server {
    /// None if there is no PostgreSQL; it has roles, SQLite has none.
    pub async fn find() -> Option<Self> {
        let url = backends().into_iter().find_map(|backend| match backend {
            Backend::Postgres(url) => Some(url),
            Backend::Sqlite => None,
        })?;
        Some(Self::of(&url).await)
    }

    /// Another one, whose administrator signs in by this address.
    pub async fn of(url: &str) -> Self {
        Self {
            db: sea_orm::Database::connect(url).await.unwrap(),
            url: Url::parse(url).unwrap(),
        }
    }

    pub async fn run(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.expect(sql);
    }

    /// A login of its own.
    pub async fn login(&self, attributes: &str) -> String {
        let name = chance("login");
        self.run(&format!("CREATE ROLE {name} LOGIN {attributes}"))
            .await;
        name
    }

    /// A database that belongs to the login.
    pub async fn database(&self, owner: &str) -> String {
        let name = chance("mooring_test");
        self.run(&format!("CREATE DATABASE {name} OWNER {owner}"))
            .await;
        name
    }

    /// Where a login finds a database.
    pub fn at(&self, login: &str, database: &str) -> SecretString {
        let mut url = self.url.clone();
        url.set_username(login).unwrap();
        url.set_path(database);
        SecretString::from(String::from(url))
    }

    /// A database, as the administrator.
    pub fn as_administrator(&self, database: &str) -> SecretString {
        let mut url = self.url.clone();
        url.set_path(database);
        SecretString::from(String::from(url))
    }
}

/// A master key.
pub fn key() -> SecretString {
    MasterKeys::generate(&SystemRandom)
}

/// The role that all installations of a server once shared. Tests that need it
/// take turns, since one of them removes it.
pub struct OldRole(DatabaseConnection);

impl OldRole {
    /// Makes it, if need be.
    pub async fn hold(server: &Server) -> Self {
        let mut options = sea_orm::ConnectOptions::new(server.url.as_str());
        options.max_connections(1).sqlx_logging(false);
        let db = sea_orm::Database::connect(options).await.unwrap();
        let sql = "SELECT pg_advisory_lock(7163990); DO $$ BEGIN CREATE ROLE mooring_app NOLOGIN; \
            EXCEPTION WHEN duplicate_object THEN NULL; END $$";
        db.execute_unprepared(sql).await.unwrap();
        Self(db)
    }

    pub async fn let_go(self) {
        self.0.close().await.unwrap();
    }
}

fn chance(what: &str) -> String {
    let mut random = [0; 8];
    SystemRandom.fill(&mut random);
    format!("{what}_{}", u64::from_le_bytes(random))
}

/// Runs statements in one session.
pub async fn in_session(url: &SecretString, statements: &[&str]) -> Result<u64, DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url.expose_secret());
    options.max_connections(1).sqlx_logging(false);
    let db = sea_orm::Database::connect(options).await?;
    let mut done = Ok(0);
    for sql in statements {
        done = db.execute_unprepared(sql).await.map(|d| d.rows_affected());
        if done.is_err() {
            break;
        }
    }
    db.close().await?;
    done
}

/// Takes the program's role on.
pub const AS_PROGRAM: &str = "SELECT set_config('role', (SELECT role FROM installation), false)";

/// Runs a statement as the program could, for a tenant.
pub async fn as_program(world: &World, tenant: &str, sql: &str) -> Result<u64, DbErr> {
    let tenant = format!("SELECT set_config('mooring.tenant', '{tenant}', false)");
    in_session(&world.database_url, &[AS_PROGRAM, &tenant, sql]).await
}

/// A text or number that a statement gives, past the program.
pub async fn ask(url: &SecretString, sql: &str) -> String {
    let db = sea_orm::Database::connect(url.expose_secret())
        .await
        .unwrap();
    let backend = db.get_database_backend();
    let cast = match backend {
        DatabaseBackend::Postgres => format!("SELECT ({sql})::text AS v"),
        _ => format!("SELECT CAST(({sql}) AS TEXT) AS v"),
    };
    let row = db
        .query_one_raw(Statement::from_string(backend, cast))
        .await
        .unwrap();
    let text = row.unwrap().try_get::<Option<String>>("", "v").unwrap();
    db.close().await.unwrap();
    text.unwrap_or_default()
}
