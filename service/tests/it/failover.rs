//! PostgreSQL is switched over while Mooring runs: what the old primary still
//! answers must not matter.

use crate::flow::{Flow, sub};
use domain::health::Health;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use service::{
    connections::check_now::{CheckError, check_now},
    core::{database::Readiness, relay},
    engine::refresh::Verdict,
    people::membership,
    testing::{Backend, Cluster, Proxy, backends},
    worker,
};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A primary behind a proxy, a standby, and Mooring.
struct Scene {
    primary: Cluster,
    standby: Cluster,
    proxy: Proxy,
    f: Flow,
}

/// Longer than any of it takes on a busy machine; without the defence, it never ends.
const ENOUGH: Duration = Duration::from_secs(60);

async fn scene() -> Option<Scene> {
    if !backends().iter().any(|b| matches!(b, Backend::Postgres(_))) {
        return None;
    }
    let primary = Cluster::start();
    let proxy = Proxy::to(primary.port()).await;
    let backend = Backend::Postgres(primary.url_at(proxy.port()));
    let f = Flow::start(&backend, |_| ()).await;
    for account in ["acme", "bolt"] {
        f.connect(account).await;
    }
    let standby = primary.standby();
    Some(Scene {
        primary,
        standby,
        proxy,
        f,
    })
}

impl Scene {
    /// Until all connections lead to the new primary. A check may have been the
    /// first to find it, by a connection of its own: who meets one of the others
    /// has them given up.
    async fn until_ready(&self) {
        let db = &self.f.world.services.db;
        let ready = async {
            let mut in_a_row = 0;
            while in_a_row < 20 {
                let looks = join_all((0..16).map(|_| db.readiness())).await;
                let mut looks = looks.iter();
                let all = looks.all(|look| matches!(look, Ok(Readiness::Ready)));
                in_a_row = if all { in_a_row + 1 } else { 0 };
            }
        };
        timeout(ENOUGH, ready).await.unwrap();
    }

    /// Until a connection is checked, which reads, asks Gorgias and writes.
    async fn until_checked(&self) {
        let checked = async {
            loop {
                match check_now(&self.f.owner, "returns", &sub("acme")).await {
                    Ok(Verdict::Fine) => return,
                    // A check before was cut off in its middle: its lease runs out by
                    // itself, and its answer is stored by the next one.
                    Ok(Verdict::Busy | Verdict::Superseded) => (),
                    Ok(other) => panic!("{other:?}"),
                    Err(CheckError::Internal(fault)) => {
                        assert!(fault.database_unavailable(), "{fault}");
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        };
        timeout(ENOUGH, checked).await.unwrap();
    }

    /// Until this process hears of a check that another one has made.
    async fn until_heard(&self) -> Health {
        let (f, account) = (&self.f, sub("bolt"));
        let mut news = f.world.services.live.listen();
        let other = f.world.second_process().await;
        let person = f.owner.person().unwrap();
        let there = membership::actor(&other, person, &f.owner.tenant_slug);
        let there = there.await.unwrap().unwrap();
        let heard = async {
            loop {
                check_now(&there, "returns", &account).await.unwrap();
                // What is told before this process listens is lost.
                let change = timeout(Duration::from_millis(500), news.recv()).await;
                if let Ok(Ok(change)) = change
                    && change.subdomain == account
                {
                    return change.health;
                }
            }
        };
        timeout(ENOUGH, heard).await.unwrap()
    }

    /// The standby takes over, and the address leads to it.
    fn switch_over(&self) {
        self.standby.promote();
        self.proxy.lead_to(self.standby.port());
    }
}

/// security.md 86: the old primary takes connections and answers nothing. Idle
/// connections are tried before they are used, so the time of a statement shows
/// only below. The one that listens is ended with all others, or else by its
/// own silence.
#[tokio::test(flavor = "multi_thread")]
async fn s86_refreshes_go_on_after_a_primary_that_fell_silent() {
    let Some(scene) = scene().await else { return };
    let services = &scene.f.world.services;
    let stop = CancellationToken::new();
    let working = tokio::spawn(worker::run(services.clone(), stop.clone()));
    let listening = tokio::spawn(relay::relay(services.clone(), stop.clone()));
    scene.until_heard().await;
    // A transaction that is under way when it happens ends, too.
    let asleep = tokio::spawn({
        let services = services.clone();
        async move { services.db.readiness().await }
    });
    scene.proxy.fall_silent();
    let met = check_now(&scene.f.owner, "returns", &sub("acme")).await;
    let Err(CheckError::Internal(fault)) = met else {
        panic!("{met:?}");
    };
    assert!(fault.database_unavailable(), "{fault}");
    assert!(
        services.db.readiness().await.is_err(),
        "it says what is true"
    );
    scene.switch_over();
    scene.until_checked().await;
    scene.until_ready().await;
    let _ = timeout(ENOUGH, asleep).await.unwrap().unwrap();

    // The worker goes on by itself, and news of other processes are heard again.
    assert_eq!(scene.until_heard().await, Health::Working);
    stop.cancel();
    working.await.unwrap();
    listening.await.unwrap();
}

/// security.md 86: what is under way when it happens ends in its time. Here no
/// look at an idle connection comes before, which would find it out as well.
#[tokio::test(flavor = "multi_thread")]
async fn s86_a_statement_under_way_is_not_waited_for_without_end() {
    let Some(scene) = scene().await else { return };
    let f = &scene.f;
    let _holder = f.world.hold().await;
    let owner = f.owner.clone();
    let under_way = tokio::spawn(async move { check_now(&owner, "returns", &sub("acme")).await });
    // It waits for the holder.
    let directly = scene.primary.url_at(scene.primary.port());
    let directly = sea_orm::Database::connect(directly).await.unwrap();
    let waiting = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted";
    let waits = async {
        loop {
            let look = Statement::from_string(DatabaseBackend::Postgres, waiting);
            let row = directly.query_one_raw(look).await.unwrap().unwrap();
            if row.try_get::<i64>("", "n").unwrap() > 0 {
                return;
            }
        }
    };
    timeout(ENOUGH, waits).await.unwrap();
    scene.proxy.fall_silent();
    let met = timeout(ENOUGH, under_way).await.expect("it ends").unwrap();
    let Err(CheckError::Internal(fault)) = met else {
        panic!("{met:?}");
    };
    assert!(fault.database_unavailable(), "{fault}");
}

/// security.md 86: the old primary goes on as a standby, which answers all
/// reads and refuses all writes.
#[tokio::test(flavor = "multi_thread")]
async fn s86_refreshes_go_on_after_a_primary_that_only_reads() {
    let Some(scene) = scene().await else { return };
    scene.until_checked().await;
    // Connections that are there stay where they are.
    scene.primary.only_read();
    scene.switch_over();
    scene.until_checked().await;
    scene.until_ready().await;
}

/// security.md 86: a server that only reads is not ready, and is left as soon
/// as the address leads to another.
#[tokio::test(flavor = "multi_thread")]
async fn s86_a_server_that_only_reads_is_not_ready() {
    let Some(scene) = scene().await else { return };
    let services = &scene.f.world.services;
    scene.primary.only_read();
    assert_eq!(services.db.readiness().await.unwrap(), Readiness::OnlyReads);
    scene.switch_over();
    scene.until_ready().await;
}
