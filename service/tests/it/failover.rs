//! PostgreSQL is switched over while Mooring runs: what the old primary still
//! answers must not matter.

use crate::flow::{Flow, sub};
use domain::health::Health;
use service::{
    connections::refresh::{CheckError, Verdict, check_now},
    database::Readiness,
    live,
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
    /// Until a connection is checked, which reads, asks Gorgias and writes.
    async fn until_checked(&self) {
        let checked = async {
            loop {
                match check_now(&self.f.owner, "returns", &sub("acme")).await {
                    Ok(Verdict::Fine) => return,
                    Ok(other) => panic!("{other:?}"),
                    Err(CheckError::Fault(fault)) => {
                        assert!(fault.database_unavailable(), "{fault}");
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        };
        timeout(ENOUGH, checked).await.unwrap();
    }

    /// The standby takes over, and the address leads to it.
    fn switch_over(&self) {
        self.standby.promote();
        self.proxy.lead_to(self.standby.port());
    }
}

/// security.md 86: the old primary takes connections and answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn s86_refreshes_go_on_after_a_primary_that_fell_silent() {
    let Some(scene) = scene().await else { return };
    let services = &scene.f.world.services;
    let stop = CancellationToken::new();
    let working = tokio::spawn(worker::run(services.clone(), stop.clone()));
    let listening = tokio::spawn(live::relay(services.clone(), stop.clone()));
    // A transaction that is under way when it happens ends, too.
    let asleep = tokio::spawn({
        let services = services.clone();
        async move { services.db.readiness().await }
    });
    scene.proxy.fall_silent();
    let met = check_now(&scene.f.owner, "returns", &sub("acme")).await;
    let Err(CheckError::Fault(fault)) = met else {
        panic!("{met:?}");
    };
    assert!(fault.database_unavailable(), "{fault}");
    assert!(
        services.db.readiness().await.is_err(),
        "it says what is true"
    );
    scene.switch_over();
    scene.until_checked().await;
    assert_eq!(services.db.readiness().await.unwrap(), Readiness::Ready);
    let _ = timeout(ENOUGH, asleep).await.unwrap().unwrap();

    // The worker goes on by itself, and news are heard again.
    let mut news = services.live.listen();
    let other = scene.f.world.second_process().await;
    let owner = scene.f.world.owner("harbour").await;
    let heard = async {
        let tenant = owner.tenant();
        loop {
            other.db.readiness().await.unwrap();
            check_now(&scene.f.owner, "returns", &sub("bolt"))
                .await
                .unwrap();
            let change = news.recv().await.unwrap();
            if change.tenant == tenant {
                return change.health;
            }
        }
    };
    assert_eq!(timeout(ENOUGH, heard).await.unwrap(), Health::Working);
    stop.cancel();
    working.await.unwrap();
    listening.await.unwrap();
}

/// security.md 86: the old primary goes on as a standby, which answers all
/// reads and refuses all writes.
#[tokio::test(flavor = "multi_thread")]
async fn s86_refreshes_go_on_after_a_primary_that_only_reads() {
    let Some(scene) = scene().await else { return };
    let services = &scene.f.world.services;
    scene.until_checked().await;
    // Connections that are there stay where they are.
    scene.primary.only_read();
    scene.switch_over();
    scene.until_checked().await;
    assert_eq!(services.db.readiness().await.unwrap(), Readiness::Ready);
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
    let ready = async { while services.db.readiness().await.unwrap() != Readiness::Ready {} };
    timeout(ENOUGH, ready).await.unwrap();
}
