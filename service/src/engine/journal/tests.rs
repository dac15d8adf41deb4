//! Measures how long an answer is in memory only.

use super::{Answer, Noted, reserve};
use crate::{
    core::services::Services,
    testing::{TestDisk, World},
    vault::Bound,
};
use domain::{
    event::Actor,
    granted::Granted,
    ids::{ConnectionId, TenantId},
};
use gorgias::{Grant, Renewal};
use secrecy::SecretString;
use std::time::{Duration, Instant};

fn answer(services: &Services) -> Answer {
    Answer {
        bound: Bound {
            tenant: TenantId(services.new_id()),
            connection: ConnectionId(services.new_id()),
            version: 1,
        },
        at: services.now(),
        in_use: true,
        who: Actor::Worker,
        // About the size of Gorgias' own answers.
        renewal: Renewal::Grant(Grant {
            access_token: SecretString::from("a".repeat(1_200)),
            refresh_token: Some(SecretString::from("r".repeat(400))),
            id_token: None,
            expires_in: Some(0),
            jwt_exp: None,
            jwt_iss: None,
            scope: Granted::read(["openid email profile offline"]),
        }),
    }
}

/// Writes this number of answers at once; gives how long each took from its
/// arrival to the sync.
#[allow(clippy::disallowed_methods)] // It is the machine's time that is measured.
async fn note(services: &Services, at_once: usize) -> Vec<Duration> {
    let mut places = Vec::new();
    for _ in 0..at_once {
        places.push(reserve(services).await.unwrap());
    }
    let noting = places.into_iter().map(|place| {
        let services = services.clone();
        tokio::spawn(async move {
            let answer = answer(&services);
            let arrived = Instant::now();
            let noted: Noted = place.note(&services, &answer).await;
            let took = arrived.elapsed();
            assert!(noted.is_safe());
            noted.clear(&services).await;
            took
        })
    });
    let mut took = Vec::new();
    for one in noting.collect::<Vec<_>>() {
        took.push(one.await.unwrap());
    }
    took
}

/// security.md 24: where every refresh token is valid only once, an answer is
/// lost if the process is killed within this time. Printed with `--nocapture`.
#[tokio::test(flavor = "multi_thread")]
async fn s24_the_window_that_strict_rotation_leaves() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let services = &world.services;
    // Space is made first, as before a call.
    note(services, 64).await;
    for at_once in [1, 16, 64] {
        let mut all = Vec::new();
        while all.len() < 256 {
            all.extend(note(services, at_once).await);
        }
        all.sort();
        let at = |share: usize| all[(all.len() - 1) * share / 100];
        println!(
            "{at_once:>2} at once: from answer to synced entry {:.2?} (median), {:.2?} (99 %), {:.2?} (longest of {})",
            at(50),
            at(99),
            at(100),
            all.len()
        );
        assert!(at(50) > Duration::ZERO);
    }
}

#[tokio::test]
async fn answers_that_come_at_once_share_a_sync() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let disk = TestDisk::default();
    let services = world.process_on(disk.clone()).await;
    note(&services, 1).await;
    assert_eq!(disk.syncs(), 1);
    note(&services, 16).await;
    assert!(disk.syncs() <= 3, "{}", disk.syncs());
}

/// security.md 26: after a failed sync the content of the disk is unknown.
#[tokio::test]
async fn s26_a_failed_sync_is_everybodys_and_the_file_is_never_trusted_again() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let disk = TestDisk::default();
    let services = world.process_on(disk.clone()).await;
    let mut places = Vec::new();
    for _ in 0..5 {
        places.push(reserve(&services).await.unwrap());
    }
    let later = places.pop().unwrap();
    let answers: Vec<Answer> = places.iter().map(|_| answer(&services)).collect();
    disk.break_down(true);
    let noted = places.into_iter().zip(&answers);
    let noted = noted.map(|(place, answer)| place.note(&services, answer));
    let noted = futures::future::join_all(noted).await;
    assert!(noted.iter().all(|one| !one.is_safe()));
    // The disk works again, but the file can't be trusted: another one is begun.
    disk.break_down(false);
    assert!(!later.note(&services, &answer(&services)).await.is_safe());
    let fresh = reserve(&services).await.unwrap();
    assert!(fresh.note(&services, &answer(&services)).await.is_safe());
}
