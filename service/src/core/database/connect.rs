//! Opens the database, with a pool for each purpose.

use super::{
    Database, Options,
    generation::{Generation, is_there},
    pool::{Limits, Make, Server},
    transport::{self, Plaintext, Transport, TransportError},
};
use migration::rights::{self, InUse, RightsError};
use sea_orm::{ConnectOptions, DbErr, RuntimeErr, SqlxPostgresConnector};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions as _, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{io, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Used as the program's role until the schema names one: nobody may take on this role.
const NO_ROLE: &str = "mooring_not_migrated";
/// The schemas that names are looked up in, whatever is set for login or
/// database: temporary objects of the session come last.
const SEARCH_PATH: (&str, &str) = ("search_path", "pg_catalog,public,pg_temp");
/// As above, for the steps: they make objects in the first schema named.
const SEARCH_PATH_OF_STEPS: (&str, &str) = ("search_path", "public,pg_temp");

/// How long PostgreSQL lets a transaction wait for its process. A process that
/// is stopped or cut off while it holds a row would block all others. Our
/// transactions wait only for the database.
const STALLED: Duration = Duration::from_secs(5);

/// How long to wait for a server that is starting, and the pause between tries.
const STARTING: Duration = Duration::from_secs(10);
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Why the database can't be opened. No message holds the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its address is not valid.
    #[error(transparent)]
    Address(#[from] TransportError),
    /// The server did not prove its identity.
    #[error(
        "{host} shows a certificate that can't be trusted ({why}); {}", remedy(.why)
    )]
    Certificate {
        /// The server.
        host: String,
        /// What TLS says.
        why: String,
    },
    /// The server has no TLS.
    #[error(
        "{host} offers no TLS; switch it on there (ssl = on), or, if nobody else is on that network, set MOORING_DATABASE_PLAINTEXT=allow"
    )]
    NoTls {
        /// The server.
        host: String,
    },
    /// The server requires TLS.
    #[error("{host} lets nobody in without TLS ({why}); give sslmode=verify-full")]
    OnlyTls {
        /// The server.
        host: String,
        /// The server's message.
        why: String,
    },
    /// The login has no rights in it.
    #[error(transparent)]
    Rights(RightsError),
    /// Anything else.
    #[error("the database can't be opened: {0}; check the address and that the database runs")]
    Database(#[from] DbErr),
}

impl From<RightsError> for OpenError {
    fn from(error: RightsError) -> Self {
        match error {
            RightsError::Database(error) => Self::Database(error),
            error => Self::Rights(error),
        }
    }
}

/// The remedy for a certificate error.
fn remedy(why: &str) -> &'static str {
    if why.contains("NotValidForName") || why.contains("not valid for name") {
        "give the name that stands in it, or have one made for this name"
    } else if why.contains("Expired") || why.contains("expired") {
        "have it renewed, and check the clocks"
    } else {
        "if the server is the right one, give its authority's certificate with sslrootcert=…"
    }
}

/// The login in an address of PostgreSQL.
pub fn login_of(url: &SecretString) -> Option<String> {
    let url = url.expose_secret();
    if url.starts_with("sqlite:") {
        return None;
    }
    let options: PgConnectOptions = url.parse().ok()?;
    Some(options.get_username().to_owned())
}

impl Database {
    /// Opens `sqlite://path` (made if it is missing) or `postgres://…`.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(url: &SecretString) -> Result<Self, OpenError> {
        Self::open_with(url, &Options::default()).await
    }

    /// As [`Self::open`], with other options than the defaults.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open_with(url: &SecretString, options: &Options) -> Result<Self, OpenError> {
        let url = url.expose_secret();
        if url.starts_with("sqlite:") {
            Ok(Self::file(url, options).await?)
        } else {
            Self::server(url, options).await
        }
    }

    async fn file(url: &str, options: &Options) -> Result<Self, DbErr> {
        let write = sea_orm::Database::connect(sqlite(url, 1, options)).await?;
        let read = sea_orm::Database::connect(sqlite(url, 8, options)).await?;
        let quick = sea_orm::Database::connect(sqlite(url, 4, options)).await?;
        let owner = write.clone();
        let server = Server::file(vec![read, write, quick]);
        Ok(Self {
            read: server.pool(0),
            write: server.pool(1),
            quick: server.pool(2),
            owner,
            transport: Transport::File,
            #[cfg(feature = "testing")]
            watcher: None,
        })
    }

    async fn server(url: &str, options: &Options) -> Result<Self, OpenError> {
        let (login, transport) = login(url, options.plaintext)?;
        preflight(&login)
            .await
            .map_err(|error| explain(error, login.get_host()))?;
        let limits = &options.limits;
        let steps = login.clone().options([SEARCH_PATH_OF_STEPS]);
        let owner = pool(&steps, 2, Duration::ZERO, limits, None);
        let role = match rights::in_use(&owner).await? {
            InUse::Role(role) => role,
            InUse::NotMigrated => NO_ROLE.to_owned(),
        };
        let working = working(&login, role, limits);
        // A ping before each quick use would double the round trips. If a
        // connection died, the caller asks again with the other pool.
        let makes = [(16, Duration::ZERO), (8, Duration::from_secs(1))].map(|(most, idle)| {
            let (working, limits) = (working.clone(), *limits);
            let make: Make =
                Box::new(move |generation| pool(&working, most, idle, &limits, Some(generation)));
            make
        });
        let server = Server::remote(*limits, makes.into());
        Ok(Self {
            read: server.pool(0),
            write: server.pool(0),
            quick: server.pool(1),
            owner,
            transport,
            #[cfg(feature = "testing")]
            watcher: None,
        })
    }
}

fn login(url: &str, plaintext: Plaintext) -> Result<(PgConnectOptions, Transport), TransportError> {
    let (login, transport) = transport::prepare(url, plaintext, |name| std::env::var(name).ok())?;
    if let Some(warning) = transport.warning() {
        tracing::warn!("{warning}");
    }
    Ok((login.disable_statement_logging(), transport))
}

/// Limited by row-level security and by time. It works as the installation's
/// role, which has rights that the login may not have, and the other way round.
fn working(login: &PgConnectOptions, role: String, limits: &Limits) -> PgConnectOptions {
    let millis = |limit: Duration| limit.as_millis().to_string();
    login.clone().options([SEARCH_PATH]).options([
        ("role", role),
        ("idle_in_transaction_session_timeout", millis(STALLED)),
        ("statement_timeout", millis(limits.at_server)),
    ])
}

/// The connections are made when they are needed: before the first step of the
/// schema, there is no role to work as.
fn pool(
    login: &PgConnectOptions,
    most: u32,
    idle: Duration,
    limits: &Limits,
    generation: Option<&Arc<Generation>>,
) -> sea_orm::DatabaseConnection {
    let generation = generation.map(Arc::clone);
    let limits = *limits;
    let pool = PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(limits.connection)
        // Done below, within limits.
        .test_before_acquire(false)
        .after_connect(|_, _| {
            Box::pin(async {
                is_there(Instant::now());
                Ok(())
            })
        })
        .before_acquire(move |connection, about| {
            let generation = generation.clone();
            Box::pin(async move {
                let now = Instant::now();
                let made = now.checked_sub(about.age).unwrap_or(now);
                if about.idle_for >= idle {
                    let ping = connection.ping();
                    let answer = match generation {
                        Some(generation) => generation.ping(&limits, made, ping).await,
                        None => timeout(limits.ping, ping).await.ok(),
                    };
                    answer.unwrap_or(Err(sqlx::Error::PoolClosed))?;
                }
                is_there(made);
                Ok(true)
            })
        })
        .connect_lazy_with(login.clone());
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

/// Connects once to get the true error: a pool would only report a timeout.
async fn preflight(login: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let deadline = Instant::now() + STARTING;
    loop {
        let error = match timeout_at(deadline, login.connect()).await {
            Ok(Ok(connection)) => return connection.close().await,
            Ok(Err(error)) => error,
            Err(_) => {
                let late = format!("no answer within {} seconds", STARTING.as_secs());
                return Err(sqlx::Error::Io(io::Error::new(
                    io::ErrorKind::TimedOut,
                    late,
                )));
            }
        };
        if !is_starting(&error) || Instant::now() + ASK_AGAIN >= deadline {
            return Err(error);
        }
        sleep(ASK_AGAIN).await;
    }
}

fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        // cannot_connect_now
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57P03"),
        _ => false,
    }
}

fn explain(error: sqlx::Error, host: &str) -> OpenError {
    let host = host.to_owned();
    let text = error.to_string();
    match text.split_once("invalid peer certificate: ") {
        Some((_, why)) => OpenError::Certificate {
            host,
            why: why.to_owned(),
        },
        None if text.contains("does not support TLS") => OpenError::NoTls { host },
        None if text.contains("no encryption") => OpenError::OnlyTls { host, why: text },
        None => DbErr::Conn(RuntimeErr::SqlxError(error.into())).into(),
    }
}

fn sqlite(url: &str, connections: u32, options: &Options) -> ConnectOptions {
    let (busy, turn) = (options.busy, options.busy + options.busy / 2);
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(turn)
        // A file doesn't disconnect.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |o| {
            o.create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(busy)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
        });
    options
}
