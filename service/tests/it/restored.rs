//! security.md 85: the chapter on restoring, drilled: back up, go on, restore,
//! say so, and see what is told.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, ids::EventId, time::Span};
use secrecy::SecretString;
use service::{
    Confirmed, Services,
    audit::{self, Action, Filter},
    connections::{
        check_now::check_now,
        events::{After, EventsError, Page, of_tenant},
        links::{self, LinkOptions, LinkState},
    },
    core::expiry,
    people::sessions,
    tenants::{
        deletion,
        restored::{Restored, restored},
    },
    worker,
};
use simulator::Rotation;
use tokio_util::sync::CancellationToken;

async fn all(f: &Flow, after: Option<After>) -> Result<Page, EventsError> {
    of_tenant(&f.owner, after, 200).await
}

/// The place behind the last event.
async fn place(f: &Flow) -> After {
    all(f, None).await.unwrap().next.unwrap()
}

#[track_caller]
fn is_unknown(page: Result<Page, EventsError>) {
    assert!(matches!(page, Err(EventsError::CursorUnknown)), "{page:?}");
}

/// What earlier versions told.
fn number_alone(after: After) -> After {
    let After::Event(number, _) = after else {
        panic!("{after}")
    };
    After::Number(number)
}

async fn link(f: &Flow, account: &str) {
    links::create(&f.owner, "returns", &sub(account), LinkOptions::default())
        .await
        .unwrap();
}

/// Goes on with the database as it was when it was copied.
async fn restore(f: &mut Flow, copy: SecretString) {
    f.world.database_url = copy;
    f.world.services = f.world.second_process().await;
    f.owner = f.world.owner("harbour").await;
}

#[tokio::test]
async fn s85_a_place_from_after_the_backup_is_unknown_after_it_was_restored() {
    flow::each(async |mut f| {
        f.connect("acme").await;
        let before = place(&f).await;
        let backup = f.world.copy_of_database().await;
        link(&f, "acme").await;
        link(&f, "acme").await;
        let newest = place(&f).await;
        let lost = all(&f, Some(before)).await.unwrap().entries;
        assert_eq!(lost.len(), 2);
        let After::Event(number, _) = before else {
            panic!("{before}")
        };
        let first_lost = After::Event(number + 1, lost[0].entry.id);
        assert!(all(&f, Some(first_lost)).await.is_ok());

        restore(&mut f, backup).await;
        // Even if nobody says so, and other events have the same numbers.
        for place in [first_lost, newest, number_alone(newest)] {
            is_unknown(all(&f, Some(place)).await);
        }
        f.world.clock.advance(Span::minutes(1));
        for _ in 0..2 {
            link(&f, "acme").await;
        }
        assert_eq!(number_alone(place(&f).await), number_alone(newest));
        for place in [first_lost, newest] {
            is_unknown(all(&f, Some(place)).await);
        }
        let page = all(&f, Some(before)).await.unwrap();
        assert_eq!(
            page.entries.len(),
            2,
            "who had read no more than the backup goes on"
        );
        assert!(page.entries.iter().all(|entry| !lost.contains(entry)));
    })
    .await;
}

/// A number alone doesn't tell which event it was of, and where an event was
/// removed since, an id doesn't either: the mark does.
#[tokio::test]
async fn s85_the_mark_tells_the_history_before_from_the_one_after() {
    flow::each(async |mut f| {
        f.connect("acme").await;
        let before = place(&f).await;
        let backup = f.world.copy_of_database().await;
        link(&f, "acme").await;
        let lost = place(&f).await;
        restore(&mut f, backup).await;
        f.world.clock.advance(Span::minutes(1));
        restored(&f.world.services).await.unwrap();
        f.world.clock.advance(Span::minutes(1));
        link(&f, "acme").await;
        let new = place(&f).await;
        assert_eq!(number_alone(new), number_alone(lost));
        assert_ne!(new, lost);
        is_unknown(all(&f, Some(number_alone(lost))).await);
        for place in [before, number_alone(before), new] {
            assert!(all(&f, Some(place)).await.is_ok(), "{place}");
        }
        // The event goes, as with its app. Its place in this history stays one.
        let id = |after| match after {
            After::Event(_, EventId(id)) => f.world.uuid(id),
            other => panic!("{other}"),
        };
        let remove = format!("DELETE FROM events WHERE id = {}", id(new));
        assert_eq!(f.world.past(&remove).await, 1);
        assert!(all(&f, Some(new)).await.is_ok());
        is_unknown(all(&f, Some(lost)).await);
    })
    .await;
}

/// The time since the backup went by, and the clock didn't jump (security.md 78).
#[tokio::test]
async fn s85_a_backup_of_several_days_is_no_doubt_about_the_clock() {
    flow::each(async |mut f| {
        f.connect("acme").await;
        worker::tidy(&f.world.services).await.unwrap();
        link(&f, "acme").await;
        let backup = f.world.copy_of_database().await;
        f.advance(Span::days(20));
        restore(&mut f, backup).await;
        let services = f.world.services.clone();
        restored(&services).await.unwrap();
        let sight = expiry::look(&services).await.unwrap();
        assert_eq!((sight.now, sight.doubt), (services.now(), None));
        // Nor does it come back, in this process or another.
        worker::tidy(&services).await.unwrap();
        let other = f.world.second_process().await;
        let sight = expiry::look(&other).await.unwrap();
        assert_eq!((sight.now, sight.doubt), (services.now(), None));
        let account = f.account("acme").await.row.id;
        let links = links::of_connection(&f.owner, account).await.unwrap();
        assert_eq!(links[0].state, LinkState::Expired, "as time went by");
    })
    .await;
}

#[tokio::test]
async fn s85_a_token_that_was_replaced_is_told_from_a_deactivation() {
    flow::each(async |mut f| {
        for account in ["acme", "bolt", "cliff"] {
            f.connect(account).await;
        }
        f.sim.account("acme").rotation(Rotation::On);
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        f.sim.account("cliff").deactivate();
        check_now(&f.owner, "returns", &sub("cliff")).await.unwrap();
        let backup = f.world.copy_of_database().await;
        f.advance(Span::hours(1));
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        let session = SecretString::from("a-session");
        let end = f.world.clock_now().plus(sessions::IDLE);
        let person = f.owner.person();
        let kept = sessions::create(
            &f.world.services,
            &session,
            person.map(Into::into),
            "{}",
            end,
        );
        assert!(kept.await.unwrap());

        restore(&mut f, backup).await;
        let services: Services = f.world.services.clone();
        assert!(
            sessions::create(&services, &session, person.map(Into::into), "{}", end)
                .await
                .unwrap()
        );
        let done = restored(&services).await.unwrap();
        let expected = Restored {
            tenants: 1,
            connections: 2,
            sessions: 1,
        };
        assert_eq!(done, expected);
        assert_eq!(sessions::load(&services, &session).await.unwrap(), None);
        for account in ["acme", "bolt"] {
            let health = f.account(account).await.row.health;
            assert_eq!(health, Health::Unchecked, "{account}, until it is checked");
        }
        f.sim.clear_log();
        assert_eq!(worker::tick(&services).await.unwrap(), 2);
        assert_eq!(f.account("bolt").await.row.health, Health::Working);
        let acme = f.account("acme").await.row;
        assert_eq!(acme.health, Health::Disconnected);
        assert!(
            acme.explanation.reason.contains("restored from a backup"),
            "{acme:?}"
        );
        // Lost before the backup: that says nothing new.
        let cliff = f.account("cliff").await.row;
        assert!(!cliff.explanation.reason.contains("backup"), "{cliff:?}");

        // Proven after it, a refusal means what it always means.
        f.sim.account("bolt").deactivate();
        f.advance(Span::hours(1));
        check_now(&f.owner, "returns", &sub("bolt")).await.unwrap();
        let bolt = f.account("bolt").await.row;
        assert_eq!(bolt.health, Health::Disconnected);
        assert!(bolt.explanation.reason.contains("deactivated"), "{bolt:?}");
        // Approved again, and all is well.
        f.connect("acme").await;
        assert_eq!(f.account("acme").await.row.health, Health::Working);

        let rows = audit::list(&f.owner, &Filter::default(), None)
            .await
            .unwrap()
            .rows;
        let told = rows.iter().find(|row| row.action == Action::Restored);
        assert_eq!(told.unwrap().detail, "connections=2");
        for report in audit::verify(&services, None).await.unwrap() {
            assert_eq!(report.broken, None);
        }
    })
    .await;
}

/// A tenant that was deleted at the time of the backup, and brought back since, is
/// not erased since the backup says so.
#[tokio::test]
async fn s85_a_tenant_that_was_deleted_in_the_backup_gets_its_whole_time_again() {
    flow::each(async |mut f| {
        f.connect("acme").await;
        let confirmed = Confirmed::for_test(&f.owner);
        deletion::delete(&f.owner, &confirmed, "harbour")
            .await
            .unwrap();
        let copy = f.world.copy_of_database().await;
        let slug = "harbour".parse().unwrap();
        deletion::bring_back_on_command_line(&f.world.services, &slug)
            .await
            .unwrap();
        f.advance(deletion::HELD_FOR);
        f.world.database_url = copy;
        f.world.services = f.world.second_process().await;
        let services = &f.world.services;
        let refreshes = f.sim.refreshes("acme").len();
        let marked = restored(services).await.unwrap();
        assert_eq!((marked.tenants, marked.connections), (1, 0));
        worker::tick(services).await.unwrap();
        assert_eq!(f.sim.refreshes("acme").len(), refreshes, "it rests");
        let stop = CancellationToken::new();
        let erased = deletion::erase_due(services, &stop).await.unwrap();
        assert_eq!(erased.tenants, 0);
        deletion::bring_back_on_command_line(services, &slug)
            .await
            .unwrap();
        worker::tick(services).await.unwrap();
        assert_eq!(f.sim.refreshes("acme").len(), refreshes + 1);
    })
    .await;
}
