//! A backup of a database, as operators make one.

use super::World;
use crate::host::random::{Random, SystemRandom};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use secrecy::{ExposeSecret, SecretString};

impl World {
    /// Copies the present database, and gives the copy's address. No
    /// transaction may be under way.
    pub async fn copy_of_database(&self) -> SecretString {
        let mut random = [0; 8];
        SystemRandom.fill(&mut random);
        let name = format!("mooring_copy_{}", u64::from_le_bytes(random));
        let url = self.database_url.expose_secret();
        if self.backend == DatabaseBackend::Sqlite {
            let file = self.services.config.data_dir.join(format!("{name}.db"));
            let sql = format!("VACUUM INTO '{}'", file.display());
            self.execute(&sql).await;
            return format!("sqlite://{}", file.display()).into();
        }
        let mut copy = url::Url::parse(url).unwrap();
        let original = copy.path().trim_start_matches('/').to_owned();
        copy.set_path("postgres");
        let admin = sea_orm::Database::connect(copy.as_str()).await.unwrap();
        // A template database may have no other sessions; pools make new ones.
        for sql in [
            format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                 WHERE datname = '{original}' AND pid <> pg_backend_pid()"
            ),
            format!("CREATE DATABASE {name} TEMPLATE {original}"),
        ] {
            let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
            admin.execute_raw(statement).await.unwrap();
        }
        admin.close().await.unwrap();
        copy.set_path(&name);
        SecretString::from(String::from(copy))
    }
}
