//! Starts the server from the settings, and stops it in order.

use crate::{
    private,
    router::router,
    serving::{self, Bounds},
    settings::{Settings, SettingsError, sqlite_folder},
    site::Site,
    state::RouterOptions,
};
use anyhow::{Context, bail};
use app::address::Address;
use gorgias::{HttpGorgias, Reaching};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services, api_tokens, audit,
    core::{
        database::{self, Database, Readiness},
        expiry, relay,
    },
    engine::{journal, replay},
    host::clock::SystemClock,
    people::{refusals, set_up},
    vault::Vault,
    worker,
};
use std::{fs, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    signal,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long requests and background work may take to finish.
const GRACE: Duration = Duration::from_secs(30);

/// The error about a database that doesn't accept writes.
pub const ONLY_READS: &str =
    "the database only reads: it is a standby, or was set to; give the address of the primary";

/// Opens the database; for SQLite, makes the folder if it doesn't exist.
///
/// # Errors
/// If the folder can't be made or the database doesn't answer.
pub async fn open_database(settings: &Settings) -> anyhow::Result<Database> {
    open(
        settings,
        &settings.store.database_url,
        "MOORING_DATABASE_URL",
    )
    .await
}

/// Like [`open_database`], but with the login that owns the schema.
///
/// # Errors
/// Like [`open_database`].
pub async fn open_to_migrate(settings: &Settings) -> anyhow::Result<Database> {
    match &settings.store.migrate_database_url {
        Some(url) => open(settings, url, "MOORING_MIGRATE_DATABASE_URL").await,
        None => open_database(settings).await,
    }
}

async fn open(settings: &Settings, url: &SecretString, name: &str) -> anyhow::Result<Database> {
    if let Some(folder) = sqlite_folder(url) {
        // By default, the file is in the data folder.
        let setting = if folder == settings.store.data_dir {
            "MOORING_DATA_DIR"
        } else {
            name
        };
        make_folder(folder).map_err(|e| {
            let problem = format!("the folder {} can't be made: {e}", folder.display());
            SettingsError::new(setting, &problem, "name one that this user may write to")
        })?;
    }
    let options = database::Options {
        plaintext: settings.store.database_plaintext,
        ..Default::default()
    };
    let opened = Database::open_with(url, &options).await;
    opened.map_err(|e| SettingsError::new(name, &e.to_string(), "").into())
}

/// Makes a folder that only its owner can read.
fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The services, checked: the migrations are done and the keys fit.
///
/// # Errors
/// A line that names what is wrong and the remedy.
pub async fn services(settings: &Settings) -> anyhow::Result<Services> {
    let vault = settings.vault()?;
    let db = open_database(settings).await?;
    if db.is_sqlite() {
        db.migrate()
            .await
            .context("the database can't be migrated")?;
    } else {
        let readiness = db.readiness().await;
        match readiness.context("the database does not answer")? {
            Readiness::Ready => (),
            Readiness::NotMigrated => {
                bail!("the database is not up to date; run `mooring migrate` first")
            }
            Readiness::OnlyReads => bail!(ONLY_READS),
        }
    }
    let services = assemble(settings, db, vault)?;
    services.vault().check(&services).await?;
    Ok(services)
}

fn assemble(settings: &Settings, db: Database, vault: Vault) -> anyhow::Result<Services> {
    let gorgias = HttpGorgias::new(
        settings.gorgias.template.clone(),
        Arc::new(SystemClock),
        Reaching {
            egress: settings.gorgias.egress.clone(),
            private_network: settings.gorgias.private_network,
            ..Reaching::default()
        },
    )
    .context("TLS can't be set up")?;
    Ok(Services::new(
        db,
        settings.config(),
        vault,
        Arc::new(gorgias),
    ))
}

/// Serves until it is told to stop, then finishes what is open.
///
/// # Errors
/// If it can't start.
pub async fn serve(settings: &Settings) -> anyhow::Result<()> {
    let services = services(settings).await?;
    for open in private::open_to_others(settings) {
        tracing::warn!("{open}");
    }
    // If this fails, the set-up token has not been shown for nothing.
    let listener = listen(settings.web.listen)?;
    announce_set_up(&services).await?;
    expiry::look(&services).await?;
    // Before this process asks Gorgias for newer answers.
    if let Err(error) = replay::replay(&services).await {
        tracing::error!(%error, "Answers of Gorgias wait in the journal, since they can't be stored");
    }
    journal::preflight(&services).await?;
    let bounds = Bounds::of_this_machine();
    let shutdown = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(relay::relay(services.clone(), shutdown.clone()));
    if settings.gorgias.worker {
        tasks.spawn(worker::run(services.clone(), shutdown.clone()));
    }
    tasks.spawn(replay::keep_replayed(services.clone(), shutdown.clone()));
    tasks.spawn(audit::keep_flushed(services.clone(), shutdown.clone()));
    tasks.spawn(api_tokens::keep_flushed(services.clone(), shutdown.clone()));
    tasks.spawn(audit::keep_streamed(services.clone(), shutdown.clone()));
    tasks.spawn(refusals::keep_recorded(services.clone(), shutdown.clone()));
    tasks.spawn(expiry::keep_looking(services.clone(), shutdown.clone()));
    let options = RouterOptions {
        site: Site::find(),
        trusted_proxies: settings.web.trusted_proxies.clone(),
        shutdown: shutdown.clone(),
        tasks: tasks.clone(),
        bounds,
    };
    let router = router(services.clone(), options);
    // Before the log says that it serves: a signal may follow at once.
    stop_on_signal(&shutdown);
    tracing::info!(
        address = %listener.local_addr()?,
        public_url = settings.web.public_url,
        "Mooring serves"
    );
    let server = tokio::spawn(serving::run(listener, router, bounds, shutdown.clone()));
    shutdown.cancelled().await;
    tracing::info!("Mooring finishes what it holds");
    tasks.close();
    let all = async { (server.await, tasks.wait().await) };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!("Some requests or checks did not end in time and were cut off");
    }
    if let Err(error) = audit::flush(&services, true).await {
        tracing::error!(%error, "The last repeated reads of tokens could not be recorded");
    }
    if let Err(error) = refusals::record(&services, true).await {
        tracing::error!(%error, "The last refusals could not be recorded");
    }
    if let Err(error) = replay::close(&services).await {
        tracing::error!(%error, "Answers of Gorgias stay in the journal; the next start stores them");
    }
    if let Err(error) = api_tokens::flush(&services).await {
        tracing::warn!(%error, "The last uses of API tokens could not be noted");
    }
    tracing::info!("Mooring has stopped");
    Ok(())
}

/// How many connections the system queues before Mooring accepts them. In a burst,
/// further ones would come a second later, and the usual 128 is reached soon.
const BACKLOG: u32 = 1024;

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listen = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // A restart can use the port at once.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|e: io::Error| {
        SettingsError::new(
            "MOORING_LISTEN",
            &format!("{address} can't be listened on: {e}"),
            "give another address or port, or stop what uses it",
        )
        .into()
    })
}

/// As long as there is no person, anyone who can read the log may make the first owner.
async fn announce_set_up(services: &Services) -> anyhow::Result<()> {
    if let Some(token) = set_up::ensure_token(services).await? {
        // Not through the log, whose filter or format could hide the token, which
        // is shown only this once.
        eprintln!(
            "Nobody has set this Mooring up yet. Open\n  {}{}\nand give this set-up token:\n  {}",
            services.config.public_url,
            Address::Setup,
            token.expose_secret()
        );
    }
    Ok(())
}

/// From here on, SIGTERM and Ctrl-C end the process in order.
#[cfg(unix)]
fn stop_on_signal(shutdown: &CancellationToken) {
    use signal::unix::{SignalKind, signal};
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        match signal(kind) {
            Ok(mut asked) => {
                let shutdown = shutdown.clone();
                tokio::spawn(async move {
                    asked.recv().await;
                    shutdown.cancel();
                });
            }
            Err(error) => tracing::warn!(%error, "A signal to stop can't be listened for"),
        }
    }
}

/// From here on, Ctrl-C ends the process in order.
#[cfg(not(unix))]
fn stop_on_signal(shutdown: &CancellationToken) {
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        let _ = signal::ctrl_c().await;
        shutdown.cancel();
    });
}
