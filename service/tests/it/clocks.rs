//! security.md 33, 78: clocks that are wrong, and that jump.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{self, AuditRow, Filter},
    connections::{
        links::{self, LinkOptions, LinkState, Opened},
        token::{self, TokenError},
    },
    core::{config::Config, expiry},
    host::clock::{Clock, SystemClock},
    people::sessions,
    testing, worker,
};
use simulator::{Endpoint, ExpiresIn, Fault};
use tokio_util::sync::CancellationToken;

/// Whether Gorgias takes the token that is handed out.
async fn served_token_works(f: &Flow, account: &str) -> bool {
    // Making one takes longer than all the rest.
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    let client = CLIENT.get_or_init(reqwest::Client::new);
    let token = token::read(&f.owner, "returns", &sub(account), Span::minutes(1)).await;
    let token = token.unwrap();
    let address = f.sim.url_template().replace("{subdomain}", account);
    let request = client
        .get(format!("{address}/api/users/0"))
        .bearer_auth(token.access_token.expose_secret());
    request.send().await.unwrap().status().is_success()
}

/// Tokens whose end Mooring can only reckon from its own clock.
async fn connect_opaque(f: &Flow, account: &str) {
    let behaviour = f.sim.account(account);
    behaviour
        .opaque_access_token(true)
        .expires_in(ExpiresIn::Real);
    f.connect(account).await;
}

#[tokio::test]
async fn s33_ten_minutes_off_serve_no_expired_token_and_make_no_loop() {
    for minutes in [-10, 10] {
        flow::each(async |f| {
            f.world.clock.advance(Span::minutes(minutes));
            f.connect("acme").await;
            connect_opaque(&f, "bolt").await;
            f.sim.clear_log();
            for hour in 0..28 {
                f.advance(Span::hours(1));
                worker::tick(&f.world.services).await.unwrap();
                for account in ["acme", "bolt"] {
                    assert!(
                        served_token_works(&f, account).await,
                        "{account}, hour {hour}"
                    );
                }
            }
            for account in ["acme", "bolt"] {
                let count = f.sim.refreshes(account).len();
                assert!((4..=7).contains(&count), "{account}: {count}");
            }
            // Put right, it neither asks nor serves anything else.
            f.world.clock.advance(Span::minutes(-minutes));
            f.sim.clear_log();
            for account in ["acme", "bolt"] {
                assert!(served_token_works(&f, account).await);
            }
            for _ in 0..3 {
                worker::tick(&f.world.services).await.unwrap();
            }
            assert!(f.sim.refreshes("acme").len() + f.sim.refreshes("bolt").len() <= 2);
        })
        .await;
    }
}

/// What was received while the clock was a day ahead would seem to live a day too long.
#[tokio::test]
async fn s33_a_clock_that_was_a_day_ahead_leaves_no_token_that_seems_to_live() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "cliff"] {
            connect_opaque(&f, account).await;
        }
        f.world.clock.advance(Span::days(1));
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 3);
        f.world.clock.advance(Span::days(-1));
        f.sim.clear_log();
        // A reader doesn't believe it, and gets a new one; the next reader gets the same.
        assert!(served_token_works(&f, "acme").await);
        assert!(served_token_works(&f, "acme").await);
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        // If there is none to be had, nobody is told that the old one lives.
        let cliff = f.sim.account("cliff");
        cliff.fail_always(Endpoint::Token, Fault::server_error());
        let read = token::read(&f.owner, "returns", &sub("cliff"), Span::minutes(1)).await;
        assert!(
            matches!(read, Err(TokenError::Unavailable { .. })),
            "{read:?}"
        );
        cliff.heal(Endpoint::Token);
        // The sweep doesn't wait for tomorrow.
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.sim.refreshes("bolt").len(), 1);
        for _ in 0..5 {
            f.advance(Span::minutes(10));
            worker::tick(&f.world.services).await.unwrap();
        }
        let counts = ["acme", "bolt"].map(|account| f.sim.refreshes(account).len());
        assert_eq!(counts, [1, 1], "no loop");
        for hour in 0..30 {
            f.advance(Span::hours(1));
            worker::tick(&f.world.services).await.unwrap();
            for account in ["acme", "bolt", "cliff"] {
                assert!(
                    served_token_works(&f, account).await,
                    "{account}, hour {hour}"
                );
            }
        }
    })
    .await;
}

/// A clock that falls back by a day: what was true is doubted once, and checked once.
#[tokio::test]
async fn s33_a_clock_that_falls_back_a_day_checks_everything_once() {
    flow::each(async |f| {
        for account in ["acme", "bolt"] {
            connect_opaque(&f, account).await;
        }
        f.sim.clear_log();
        for jump in [-1, 1] {
            f.world.clock.advance(Span::days(jump));
            for _ in 0..5 {
                worker::tick(&f.world.services).await.unwrap();
                assert!(served_token_works(&f, "acme").await);
            }
            for account in ["acme", "bolt"] {
                assert_eq!(f.sim.refreshes(account).len(), 1, "{account}, {jump} days");
                assert_eq!(f.account(account).await.row.health, Health::Working);
            }
            f.sim.clear_log();
        }
    })
    .await;
}

#[tokio::test]
async fn s33_a_lease_from_the_future_stops_no_reader() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.advance(Span::hours(24));
        f.sim.clear_log();
        // Taken a year ahead, before the database's clock was put back.
        let end = SystemClock.now().plus(Span::days(365));
        let sql = format!("UPDATE connections SET lease_until = {}", end.0);
        assert_eq!(f.world.past(&sql).await, 1);
        let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(token.is_ok(), "{token:?}");
        assert_eq!(f.sim.refreshes("acme").len(), 1);
    })
    .await;
}

/// All entries of the audit, oldest first.
async fn entries(f: &Flow) -> Vec<AuditRow> {
    let page = audit::list(&f.owner, &Filter::default(), None).await;
    let mut rows = page.unwrap().rows;
    rows.reverse();
    rows
}

/// The token in a link's address.
fn token_of(url: &SecretString) -> SecretString {
    let (_, token) = url.expose_secret().rsplit_once('/').unwrap();
    token.into()
}

/// How many sessions stand in the database, ended or not.
async fn session_rows(f: &Flow) -> u64 {
    f.world.past("UPDATE sessions SET data = data").await
}

/// A clock that jumps a year ahead takes nothing away (security.md 78): neither
/// while it is wrong nor when it is right again. With SQLite two things keep what
/// is old: it is judged by the time before the jump, and not removed in doubt.
#[tokio::test]
async fn s78_a_clock_that_jumps_a_year_ahead_takes_nothing_away() {
    let keep = |config: &mut Config| config.audit_retention = Some(Span::days(30));
    for backend in testing::backends() {
        let f = Flow::start(&backend, keep).await;
        let services = &f.world.services;
        f.connect("acme").await;
        worker::tidy(services).await.unwrap();
        let (acme, usual) = (sub("acme"), LinkOptions::default());
        let link = links::create(&f.owner, "returns", &acme, usual).await;
        let link = link.unwrap();
        let second = links::create(&f.owner, "returns", &acme, LinkOptions::default());
        let second = second.await.unwrap();
        let session = SecretString::from("somebody's-session");
        let end = services.expiry_now().plus(sessions::IDLE);
        let person = f.owner.person();
        let kept = sessions::create(services, &session, person.map(Into::into), "{}", end).await;
        assert!(kept.unwrap());
        let new = NewApiToken {
            expires_in: Some(Span::days(90)),
            ..NewApiToken::new("Backend", Role::Backend)
        };
        let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let recorded = entries(&f).await;

        let is_all_there = async || {
            let found = sessions::load(services, &session).await.unwrap();
            assert!(found.is_some_and(|found| found.person == person));
            let found = links::of_connection(&f.owner, f.account("acme").await.row.id).await;
            let first = found.unwrap().into_iter().find(|row| row.id == link.id);
            assert_eq!(first.map(|row| row.state), Some(LinkState::Sent));
            let opened = links::open(services, &token_of(&link.url)).await;
            assert!(matches!(opened, Ok(Opened::Usable(_))), "{opened:?}");
            assert!(
                api_tokens::authenticate(services, &token, &ApiRequest::default())
                    .await
                    .is_ok()
            );
        };
        f.world.clock.jump(Span::days(365));
        for _ in 0..3 {
            worker::tidy(services).await.unwrap();
            let stop = CancellationToken::new();
            let cut = audit::cut_off(services, Span::days(30), &stop)
                .await
                .unwrap();
            assert_eq!(cut, 0);
            is_all_there().await;
            f.world.clock.advance(Span::minutes(1));
        }
        // Another process, and one that begins now, judge the same.
        let other = f.world.second_process().await;
        assert_eq!(expiry::look(&other).await.unwrap().now, other.expiry_now());
        assert!(sessions::load(&other, &session).await.unwrap().is_some());

        // What still works can still be withdrawn.
        let withdrawn = links::revoke(&f.owner, second.id).await.unwrap();
        assert_eq!(withdrawn, links::Withdrawal::Done);

        f.world.clock.jump(Span::days(-365));
        worker::tidy(services).await.unwrap();
        is_all_there().await;
        let after = entries(&f).await;
        assert_eq!(after[..recorded.len()], recorded);

        // What ends by time ends, and what is old goes.
        for _ in 0..31 {
            f.world.clock.advance(Span::days(1));
            worker::tidy(services).await.unwrap();
        }
        assert_eq!(sessions::load(services, &session).await.unwrap(), None);
        let stop = CancellationToken::new();
        let cut = audit::cut_off(services, Span::days(30), &stop)
            .await
            .unwrap();
        assert!(cut > 0);
    }
}

/// Where there is no clock but the machine's, a long pause looks like a jump:
/// an operator tells one from the other.
#[tokio::test]
async fn s78_with_sqlite_an_operator_says_that_the_clock_is_right() {
    let keep = |config: &mut Config| config.audit_retention = Some(Span::days(30));
    let f = Flow::start(&testing::Backend::Sqlite, keep).await;
    let services = &f.world.services;
    worker::tidy(services).await.unwrap();
    let session = SecretString::from("somebody's-session");
    let end = services.expiry_now().plus(sessions::IDLE);
    sessions::create(services, &session, None, "{}", end)
        .await
        .unwrap();
    f.world.clock.advance(Span::days(60));
    let cut = async || {
        let stop = CancellationToken::new();
        audit::cut_off(services, Span::days(30), &stop)
            .await
            .unwrap()
    };
    worker::tidy(services).await.unwrap();
    assert_eq!(cut().await, 0);
    let sight = expiry::look(services).await.unwrap();
    assert_eq!(sight.doubt, Some(Span::days(60)));
    // Time goes on for what ends by time: nobody stays signed in for good.
    assert!(sessions::load(services, &session).await.unwrap().is_some());
    for _ in 0..2 {
        f.world.clock.advance(Span::hours(6));
        worker::tidy(services).await.unwrap();
    }
    assert_eq!(sessions::load(services, &session).await.unwrap(), None);
    assert_eq!(session_rows(&f).await, 1, "it is not removed, though");

    expiry::is_right(services).await.unwrap();
    let sight = expiry::look(services).await.unwrap();
    assert_eq!((sight.now, sight.doubt), (services.now(), None));
    worker::tidy(services).await.unwrap();
    assert_eq!(session_rows(&f).await, 0);
    assert!(cut().await > 0);
}
