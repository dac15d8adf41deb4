//! Databases, a clock and ready-made tenants for tests of this crate and of `server`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

pub mod authenticator;
mod authority;
mod authorizations;
mod backup;
mod beneath;
mod cipher;
mod clock;
mod cluster;
mod disk;
mod dump;
pub mod fill;
pub mod hashes;
mod held;
mod passkey_device;
pub mod picture;
#[cfg(test)]
pub(crate) mod plan;
mod proxy;
mod statements;
mod template;
mod trouble;

pub use authority::Authority;
pub use beneath::{Beneath, Holder};
pub use cipher::Cipher;
pub use clock::TestClock;
pub use cluster::Cluster;
pub use disk::{Moment, TestDisk};
pub use held::Held;
pub use passkey_device::PasskeyDevice;
pub use proxy::Proxy;
pub use statements::Statements;

use crate::{
    apps::{self, form::AppForm},
    core::{
        config::Config,
        database::{self, Database},
        services::Services,
    },
    encryption::MasterKeys,
    host::{
        Disk, Host, RealDisk,
        clock::Clock,
        random::{SystemRandom, secret_text},
    },
    people::{
        self,
        sign_in::{Given, SignInError},
    },
    records::app::App,
    tenancy::Actor,
    vault::Vault,
};
use domain::{
    ids::PersonId,
    slug::Slug,
    time::{Span, Timestamp},
};
use gorgias::{GorgiasTemplate, HttpGorgias, OutboundOptions, Reaching};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use tempfile::TempDir;

/// The variable with the address of a PostgreSQL server where databases can be made.
pub const POSTGRES: &str = "MOORING_TEST_POSTGRES_URL";

/// One installation of Mooring on one database.
pub struct World {
    /// The use cases.
    pub services: Services,
    /// Its clock.
    pub clock: TestClock,
    /// The database's address, for tests that open it again or dump it.
    pub database_url: SecretString,
    /// The kind of database, for messages.
    pub backend: DatabaseBackend,
    /// The master keys, for tests that start a second process.
    pub master_keys: SecretString,
    /// The statements of all the test's processes.
    pub statements: Statements,
    /// How its processes open the database.
    pub opening: database::Options,
    // After all that uses them.
    _database: Option<template::TestDatabase>,
    _folder: TempDir,
}

/// The address of the pages in tests.
pub const PUBLIC_URL: &str = "http://127.0.0.1:3000";
/// The networks of the stand-ins of tests.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];
/// The owner that [`World::owner`] makes.
pub const OWNER: &str = "owner@mooring.example";
/// Their password.
pub const PASSWORD: &str = "correct horse battery staple";

/// A database server for tests.
#[derive(Debug, Clone)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// The server that [`POSTGRES`] names.
    Postgres(String),
}

/// SQLite, and PostgreSQL if [`POSTGRES`] names a server.
///
/// # Panics
/// On a machine that tests changes (`CI` is set), if there is no PostgreSQL.
pub fn backends() -> Vec<Backend> {
    match std::env::var(POSTGRES) {
        Ok(url) => vec![Backend::Sqlite, Backend::Postgres(url)],
        Err(_) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "{POSTGRES} is not set; run `cargo xtask test`"
            );
            vec![Backend::Sqlite]
        }
    }
}

/// Runs a test that doesn't ask Gorgias on each of the [`backends`].
pub async fn on_each_database<F: AsyncFn(World)>(test: F) {
    for backend in backends() {
        // No resolver knows this name (RFC 2606 2).
        test(World::on(&backend, "https://{subdomain}.gorgias.invalid").await).await;
    }
}

impl World {
    /// An installation on a database of its own.
    pub async fn on(backend: &Backend, gorgias_template: &str) -> Self {
        Self::configured(backend, gorgias_template, |_| ()).await
    }

    /// An installation with other settings than the defaults.
    pub async fn configured(
        backend: &Backend,
        gorgias_template: &str,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let opening = database::Options::default();
        Self::opened(backend, gorgias_template, configure, opening).await
    }

    /// An installation that opens its database with other options.
    pub async fn opened(
        backend: &Backend,
        gorgias_template: &str,
        configure: impl FnOnce(&mut Config),
        opening: database::Options,
    ) -> Self {
        let (mut config, folder) = Self::config(gorgias_template);
        configure(&mut config);
        let (url, database) = match backend {
            Backend::Sqlite => (template::new_file(folder.path()).await, None),
            Backend::Postgres(server) => {
                let database = template::TestDatabase::on(server).await;
                (database.address(), Some(database))
            }
        };
        let url = SecretString::from(url);
        let new = Database::open_with(&url, &opening).await.unwrap();
        new.migrate().await.unwrap();
        let master_keys = MasterKeys::generate(&SystemRandom);
        let mut world = Self::start(url, master_keys, config, folder, opening).await;
        world._database = database;
        world
    }

    /// An installation on a database that is migrated and filled already.
    pub async fn at(url: SecretString, master_keys: SecretString) -> Self {
        // No resolver knows this name (RFC 2606 2).
        let (config, folder) = Self::config("https://{subdomain}.gorgias.invalid");
        let opening = database::Options::default();
        Self::start(url, master_keys, config, folder, opening).await
    }

    fn config(gorgias_template: &str) -> (Config, TempDir) {
        let gorgias = GorgiasTemplate::parse(gorgias_template, true).unwrap();
        // As Mooring makes its folder: nobody else can read it.
        let mut folder = tempfile::Builder::new();
        #[cfg(unix)]
        folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = folder.tempdir().unwrap();
        let config = Config {
            data_dir: folder.path().to_owned(),
            public_url: PUBLIC_URL.into(),
            gorgias,
            check_interval: Span::hours(6),
            refresh_rate: 1_000,
            audit_retention: None,
            breached_passwords: None,
            audit_stream: None,
            mail: None,
            tenant_creation: Default::default(),
            outbound: OutboundOptions {
                networks: LOOPBACK.map(|net| net.parse().unwrap()).into(),
                ..OutboundOptions::default()
            },
        };
        (config, folder)
    }

    /// An installation on a SQLite file of its own.
    pub async fn on_sqlite(gorgias_template: &str) -> Self {
        Self::on(&Backend::Sqlite, gorgias_template).await
    }

    /// A new, empty database on the server.
    pub async fn new_database(server: &str) -> String {
        template::empty_database(server).await
    }

    async fn start(
        database_url: SecretString,
        master_keys: SecretString,
        config: Config,
        folder: TempDir,
        opening: database::Options,
    ) -> Self {
        // A database that was opened before its schema existed can't be used.
        let mut db = Database::open_with(&database_url, &opening).await.unwrap();
        let statements = Statements::default();
        db.watch(&statements);
        let clock = TestClock::start();
        let vault = Vault::new(MasterKeys::parse(&master_keys).unwrap());
        let disk = Arc::new(RealDisk);
        let services = Self::services(db.clone(), vault, config, &clock, disk);
        services.vault().check(&services).await.unwrap();
        Self {
            backend: db.backend(),
            services,
            clock,
            database_url,
            master_keys,
            statements,
            opening,
            _database: None,
            _folder: folder,
        }
    }

    fn services(
        db: Database,
        vault: Vault,
        config: Config,
        clock: &TestClock,
        disk: Arc<dyn Disk>,
    ) -> Services {
        let client = HttpGorgias::new(
            config.gorgias.clone(),
            Arc::new(clock.clone()),
            Reaching {
                private_network: true,
                ..Reaching::default()
            },
        )
        .unwrap();
        let machine = Host {
            clock: Arc::new(clock.clone()),
            database_clock: Some(Arc::new(clock.of_database())),
            disk,
            ..Host::default()
        };
        Services::on(machine, db, config, vault, Arc::new(client))
    }

    /// The present instant of the test.
    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Another process on the same database and clock.
    pub async fn second_process(&self) -> Services {
        self.process_on(RealDisk).await
    }

    /// Another process on the same database, clock and folder, with this disk
    /// for its journal.
    pub async fn process_on(&self, disk: impl Disk) -> Services {
        let keys = MasterKeys::parse(&self.master_keys).unwrap();
        self.process(Vault::new(keys), Arc::new(disk)).await
    }

    /// As [`Self::second_process`], with other master keys.
    pub async fn process_under(&self, master_keys: &SecretString) -> Services {
        let keys = MasterKeys::parse(master_keys).unwrap();
        self.process_with(Vault::new(keys)).await
    }

    /// As [`Self::second_process`], with another vault.
    pub async fn process_with(&self, vault: Vault) -> Services {
        self.process(vault, Arc::new(RealDisk)).await
    }

    async fn process(&self, vault: Vault, disk: Arc<dyn Disk>) -> Services {
        let mut db = Database::open_with(&self.database_url, &self.opening)
            .await
            .unwrap();
        db.watch(&self.statements);
        let config = self.services.config.clone();
        Self::services(db, vault, config, &self.clock, disk)
    }

    /// A new master key in the format of the settings.
    pub fn new_master_key(&self) -> SecretString {
        MasterKeys::generate(&*self.services.random)
    }

    /// The owner of a tenant, made if there is none.
    pub async fn owner(&self, tenant: &str) -> Actor {
        let slug: Slug = tenant.parse().unwrap();
        let email = format!("{tenant}-{OWNER}");
        let password = SecretString::from(PASSWORD);
        let person = match people::owner::create(&self.services, &email, &slug, &password).await {
            Ok(person) => person,
            Err(_) => sign_in(&self.services, &email, &password).await.unwrap(),
        };
        people::membership::actor(&self.services, person, &slug)
            .await
            .unwrap()
            .unwrap()
    }

    /// An app with client id and secret `{slug}-id` and `{slug}-secret`, which
    /// requests `openid email profile offline tickets:read`.
    pub async fn app(&self, actor: &Actor, slug: &str) -> App {
        let form = AppForm {
            name: slug.to_owned(),
            slug: Some(slug.to_owned()),
            client_id: format!("{slug}-id"),
            client_secret: Some(SecretString::from(format!("{slug}-secret"))),
            scopes: "openid email profile offline tickets:read"
                .split(' ')
                .map(str::to_owned)
                .collect(),
            ..Default::default()
        };
        apps::create::create(actor, &form).await.unwrap()
    }

    /// A browser's secret.
    pub fn browser(&self) -> SecretString {
        secret_text(&*self.services.random, "")
    }

    /// Runs a statement without the program, as a person with the database's
    /// password; gives how many rows it changed.
    pub async fn past(&self, sql: &str) -> u64 {
        past(&self.database_url, sql).await
    }

    /// The first column of all rows, as the owner of the database sees them.
    pub async fn texts(&self, sql: &str) -> Vec<Option<String>> {
        let db = sea_orm::Database::connect(self.database_url.expose_secret())
            .await
            .unwrap();
        let statement = Statement::from_string(self.backend, sql);
        let rows = db.query_all_raw(statement).await.unwrap();
        let texts = rows.iter().map(|row| row.try_get_by_index(0).unwrap());
        let texts = texts.collect();
        db.close().await.unwrap();
        texts
    }

    /// Runs a statement as a person with the database's password could.
    pub async fn execute(&self, sql: &str) {
        let db = sea_orm::Database::connect(self.database_url.expose_secret())
            .await
            .unwrap();
        db.execute_unprepared(sql).await.unwrap();
    }

    /// An id as a literal for a statement.
    pub fn uuid(&self, id: uuid::Uuid) -> String {
        match self.backend {
            DatabaseBackend::Sqlite => format!("x'{}'", id.simple()),
            _ => format!("'{id}'"),
        }
    }
}

/// Runs a statement on a database that may belong to another process; gives how
/// many rows it changed.
pub async fn past(url: &SecretString, sql: &str) -> u64 {
    let db = sea_orm::Database::connect(url.expose_secret())
        .await
        .unwrap();
    let statement = Statement::from_string(db.get_database_backend(), sql.to_owned());
    let done = db.execute_raw(statement).await.unwrap();
    db.close().await.unwrap();
    done.rows_affected()
}

/// Signs somebody in with a browser that nobody knows.
///
/// # Errors
/// As [`people::sign_in::sign_in`].
pub async fn sign_in(
    services: &Services,
    email: &str,
    password: &SecretString,
) -> Result<PersonId, SignInError> {
    let given = Given {
        email,
        password,
        address: None,
        browser: None,
    };
    people::sign_in::sign_in(services, &given).await
}
