//! Health over weeks: kept is what happened, and nothing of it is counted on reading.

use crate::{
    flow::{self, Flow, sub},
    members::{joined, new},
};
use domain::{
    app_limit::AppLimit,
    health::Health,
    health_days::{Days, HealthDays, Healthy},
    ids::AppId,
    reconnect::{self, BOUNDS},
    role::Role,
    stop_cause::StopCause,
    time::Span,
};
use service::{
    Actor, apps,
    connections::{check_now::check_now, counts, disconnect::disconnect, erase::erase, history},
    core::{database::Database, expiry},
    people::{invitations::NewInvitation, membership},
    worker,
};
use simulator::{Endpoint, Fault};
use std::collections::BTreeMap;

/// A small generator of numbers: the same history for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64 by G. Marsaglia.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const ACCOUNTS: [&str; 3] = ["one", "two", "three"];
const APPS: [&str; 2] = ["returns", "tracking"];

/// One step of a history. What the state doesn't allow is refused, which is fine.
async fn step(f: &Flow, actor: &Actor, apps: &[apps::App], dice: &mut Dice) {
    let account = ACCOUNTS[dice.roll(ACCOUNTS.len())];
    let at = dice.roll(APPS.len());
    match dice.roll(9) {
        0 => {
            let scope = ["openid email profile offline", "openid offline"];
            let _ = f
                .sim
                .account(account)
                .granted_scope(Some(scope[dice.roll(2)]));
        }
        1 => f.sim.deactivate(account),
        2 => {
            let outage = Fault::server_error();
            let _ = f.sim.account(account).fail_once(Endpoint::Token, outage);
        }
        3 | 4 => drop(check_now(actor, APPS[at], &sub(account)).await),
        5 => drop(disconnect(actor, APPS[at], &sub(account)).await),
        6 => drop(erase(actor, APPS[at], &sub(account)).await),
        7 => {
            f.sim.account(account).reactivate();
            f.connect_to(&apps[at], account).await;
        }
        _ => drop(worker::tidy(actor).await),
    }
}

/// Of each connection: its app's name, its state, its worst state of today.
async fn rows(f: &Flow) -> Vec<(String, Health, Health)> {
    let today = f.world.clock_now().day();
    let sql = format!(
        "SELECT a.slug || ' ' || c.health || ' ' || CASE WHEN c.strip_day < {today} THEN '.' \
         ELSE substr(c.strip, 14, 1) END FROM connections c JOIN apps a ON a.id = c.app_id"
    );
    let rows = f.world.texts(&sql).await.into_iter().flatten();
    rows.map(|row| {
        let parts: Vec<_> = row.split(' ').collect();
        let health: Health = parts[1].parse().unwrap();
        let worst = Health::ALL
            .into_iter()
            .find(|h| parts[2].starts_with(h.letter()));
        (parts[0].to_owned(), health, worst.unwrap_or(health))
    })
    .collect()
}

/// What a history must say: noted step by step, by looking at the rows.
#[derive(Default)]
struct Noted {
    /// Of each app and day, how many had which worst state.
    days: BTreeMap<(String, i64), BTreeMap<u8, u64>>,
    /// Of each app, milliseconds of Working, and of being connected.
    time: BTreeMap<String, (i64, i64)>,
}

impl Noted {
    fn pass(&mut self, rows: &[(String, Health, Health)], span: Span) {
        for (app, health, _) in rows {
            let time = self.time.entry(app.clone()).or_default();
            time.0 += if *health == Health::Working {
                span.0 / 1_000
            } else {
                0
            };
            time.1 += if *health == Health::NotConnected {
                0
            } else {
                span.0 / 1_000
            };
        }
    }

    fn look(&mut self, rows: &[(String, Health, Health)], day: i64) {
        for app in APPS {
            let of_day = self.days.entry((app.to_owned(), day)).or_default();
            of_day.clear();
            for (_, _, worst) in rows.iter().filter(|(of, ..)| of == app) {
                *of_day.entry(worst.severity()).or_default() += 1;
            }
        }
    }

    fn holds(&self, app: &str, history: &HealthDays, case: &str) {
        for (day, counts) in (history.first..).zip(&history.days) {
            let noted = self.days.get(&(app.to_owned(), day));
            for health in Health::ALL {
                let noted = noted.and_then(|of_day| of_day.get(&health.severity()));
                let noted = noted.copied().unwrap_or_default();
                assert_eq!(
                    counts.get(health),
                    noted,
                    "{case}, {app}, day {day}, {health:?}"
                );
            }
        }
        let (working, connected) = self.time.get(app).copied().unwrap_or_default();
        let noted = Healthy::of(working as f64, connected as f64).permille();
        assert_eq!(history.healthy.permille(), noted, "{case}, {app}");
    }
}

/// Random changes by two processes while days pass: the kept sums say what the rows said,
/// before and after the worker adds them up, and the recount finds nothing.
#[tokio::test]
async fn whatever_happens_the_kept_days_are_what_happened() {
    flow::each(async |f| {
        let apps = [f.app.clone(), f.another_app("tracking").await];
        let other = f.world.second_process().await;
        let person = f.owner.person().unwrap();
        let there = membership::actor(&other, person, &f.owner.tenant_slug);
        let there = there.await.unwrap().unwrap();
        let (mut dice, mut other_dice) = (Dice(7), Dice(7919));
        let mut noted = Noted::default();
        for turn in 0..70 {
            let here = step(&f, &f.owner, &apps, &mut dice);
            tokio::join!(here, step(&f, &there, &apps, &mut other_dice));
            let now = rows(&f).await;
            noted.look(&now, f.world.clock_now().day());
            // Less than a day, so that no day is left out.
            let span = Span::minutes(dice.roll(11 * 60) as i64);
            noted.pass(&now, span);
            let before = f.world.clock_now().day();
            f.advance(span);
            if f.world.clock_now().day() != before {
                noted.look(&rows(&f).await, f.world.clock_now().day());
            }
            if turn % 10 == 9 {
                let case = format!("turn {turn}");
                for app in &apps {
                    let history = history::of_app(&f.owner, app.id, Days::Thirty)
                        .await
                        .unwrap();
                    noted.holds(app.slug.as_str(), &history, &case);
                }
                let services = &f.world.services;
                assert_eq!(counts::recount(services, false).await.unwrap(), 0, "{case}");
                worker::tidy(services).await.unwrap();
                assert_eq!(
                    counts::recount(services, false).await.unwrap(),
                    0,
                    "{case}, added up"
                );
            }
        }
        let left = f.world.texts("SELECT kind FROM health_day_changes").await;
        assert_eq!(left, []);
        let all = history::of_tenant(&f.owner, Days::Thirty).await.unwrap();
        let each: Vec<_> = all.apps.iter().map(|app| &app.history).collect();
        assert_eq!(HealthDays::sum(each), all.all);
        // Long after, only the states that were left are known, all of the time.
        f.advance(Span::days(150));
        let kept = async || {
            let all = "SELECT kind FROM health_days WHERE day > 0";
            f.world.texts(all).await.len()
        };
        let before = kept().await;
        if f.world.services.db.is_sqlite() {
            worker::tidy(&f.world.services).await.unwrap();
            assert_eq!(
                kept().await,
                before,
                "security.md 78: the clock is in doubt"
            );
            expiry::is_right(&f.world.services).await.unwrap();
        }
        worker::tidy(&f.world.services).await.unwrap();
        assert_eq!(kept().await, 0);
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
        let old = history::of_tenant(&f.owner, Days::Ninety)
            .await
            .unwrap()
            .all;
        assert_eq!((old.since, old.days.len()), (None, 90));
        let now = rows(&f).await;
        for health in Health::ALL {
            let n = now.iter().filter(|(_, h, _)| *h == health).count() as u64;
            assert!(
                old.days.iter().all(|day| day.get(health) == n),
                "{health:?}"
            );
        }
    })
    .await;
}

async fn of_returns(f: &Flow) -> HealthDays {
    history::of_app(&f.owner, f.app.id, Days::Fourteen)
        .await
        .unwrap()
}

/// Why connections stopped, how long it took until they were back, and the same of one
/// account from its timeline.
#[tokio::test]
async fn causes_and_the_time_to_reconnect_are_kept() {
    flow::each(async |f| {
        let made = f.world.clock_now().day();
        for account in ["acme", "bolt", "cobalt"] {
            f.connect(account).await;
        }
        f.advance(Span::days(1));
        f.sim.deactivate("acme");
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        let _ = f
            .sim
            .account("bolt")
            .fail_once(Endpoint::Token, Fault::server_error());
        check_now(&f.owner, "returns", &sub("bolt")).await.unwrap();
        disconnect(&f.owner, "returns", &sub("cobalt"))
            .await
            .unwrap();
        let before = of_returns(&f).await;
        assert_eq!(
            before.causes,
            [
                (StopCause::Refused, 1),
                (StopCause::ByPerson, 1),
                (StopCause::NotAnswering, 1),
            ]
        );
        assert_eq!(before.reconnects.total(), 0);
        f.advance(Span::hours(3));
        f.sim.account("acme").reactivate();
        f.connect("acme").await;
        check_now(&f.owner, "returns", &sub("bolt")).await.unwrap();
        let after = of_returns(&f).await;
        assert_eq!(after.causes, before.causes, "coming back is no cause");
        assert_eq!(after.reconnects.total(), 1);
        assert_eq!(after.reconnects.within(50), Some(Some(Span::hours(4))));

        let account = f.account("acme").await;
        let days = Days::Fourteen;
        let one = history::of_connection(&f.owner, &account.row, account.created_at, days).await;
        let one = one.unwrap();
        assert_eq!(one.days, account.row.history);
        assert_eq!((one.stops.len(), one.reconnects.len()), (1, 1));
        assert_eq!(one.within(90), Some(Span::hours(3)));
        assert_eq!(one.since, Some(made));
        // 24 of 27 hours.
        assert_eq!(one.healthy.permille(), Some(888));
    })
    .await;
}

/// A check that finds everything as it was costs nothing.
#[tokio::test]
async fn a_refresh_that_changes_no_state_keeps_nothing() {
    flow::each(async |f| {
        f.connect("acme").await;
        let kept = async || {
            f.world
                .texts("SELECT kind FROM health_day_changes")
                .await
                .len()
        };
        let before = kept().await;
        for _ in 0..3 {
            f.advance(Span::hours(20));
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        }
        assert_eq!(kept().await, before);
    })
    .await;
}

/// A fault of the app lies over its accounts as long as it lasts, and no row changes.
#[tokio::test]
async fn a_setup_fault_is_a_span_of_its_app() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.advance(Span::days(2));
        f.sim.rotate_secret("returns-id", "new-secret");
        f.app_refused("acme").await;
        let seen = async || {
            let history = of_returns(&f).await;
            let last = |health| history.days.last().unwrap().get(health);
            (last(Health::SetupFault), last(Health::Working), history)
        };
        assert!(matches!(seen().await, (1, 0, _)));
        f.advance(Span::days(1));
        assert!(matches!(seen().await, (1, 0, _)));
        f.sim.rotate_secret("returns-id", "returns-secret");
        f.advance(Span::minutes(6));
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        f.advance(Span::days(1));
        let (faulty, working, history) = seen().await;
        assert_eq!((faulty, working), (0, 1));
        assert!(history.causes.contains(&(StopCause::Credentials, 1)));
        let healthy = history.healthy.permille().unwrap();
        assert!(
            (740..=760).contains(&healthy),
            "three of four days: {healthy}"
        );
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
    })
    .await;
}

/// security.md 52: who is limited to an app learns nothing of others; and what is kept of
/// an app goes with it.
#[tokio::test]
async fn s52_a_history_is_of_the_apps_that_one_may_see() {
    flow::each(async |f| {
        let tracking = f.another_app("tracking").await;
        f.connect("acme").await;
        assert!(f.connect_to(&tracking, "bolt").await);
        let limited = NewInvitation {
            apps: AppLimit::from(Some(tracking.id)),
            ..new("v@x.example", Role::Viewer)
        };
        let viewer = joined(&f.world, &f.owner, limited).await;
        let total = async |who: &Actor| {
            let seen = history::of_tenant(who, Days::Thirty).await.unwrap();
            let ids: Vec<AppId> = seen.apps.iter().map(|app| app.id).collect();
            (seen.all.days.last().map_or(0, |day| day.total()), ids)
        };
        assert_eq!(total(&f.owner).await, (2, vec![f.app.id, tracking.id]));
        assert_eq!(total(&viewer).await, (1, vec![tracking.id]));
        let other = history::of_app(&viewer, f.app.id, Days::Thirty)
            .await
            .unwrap();
        assert!(other.is_empty());
        let stranger = f.world.owner("pier").await;
        assert_eq!(total(&stranger).await, (0, vec![]));
        let other = history::of_app(&stranger, f.app.id, Days::Thirty)
            .await
            .unwrap();
        assert!(other.is_empty());

        worker::tidy(&f.world.services).await.unwrap();
        apps::remove::remove(&f.owner, tracking.id).await.unwrap();
        assert_eq!(total(&f.owner).await, (1, vec![f.app.id]));
        let kept = "SELECT kind FROM health_days UNION ALL SELECT kind FROM health_day_changes";
        assert_eq!(f.world.texts(kept).await.len(), 2, "of the other app alone");
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
    })
    .await;
}

/// `mooring check --recount`.
#[tokio::test]
async fn days_that_somebody_changed_are_found_and_mended() {
    flow::each(async |f| {
        f.connect("acme").await;
        worker::tidy(&f.world.services).await.unwrap();
        let recount = async |mend| counts::recount(&f.world.services, mend).await.unwrap();
        for (damage, wrong) in [
            (
                "UPDATE health_days SET n = n + 3 WHERE kind = 'state' AND n > 0",
                1,
            ),
            (
                "UPDATE health_days SET n = n + 3 WHERE kind = 'worst' AND n > 0",
                1,
            ),
            ("DELETE FROM health_days", 2),
        ] {
            assert_eq!(recount(false).await, 0, "before {damage}");
            assert!(f.world.past(damage).await > 0);
            assert_eq!(recount(false).await, wrong, "{damage}");
            assert_eq!(recount(true).await, wrong, "{damage}");
            assert_eq!(recount(true).await, 0, "{damage}");
            worker::tidy(&f.world.services).await.unwrap();
        }
        let today = *of_returns(&f).await.days.last().unwrap();
        assert_eq!((today.total(), today.get(Health::Working)), (1, 1));
    })
    .await;
}

/// An installation that was there before begins with the fourteen days that each
/// connection has.
#[tokio::test]
async fn it_begins_with_the_worst_states_of_fourteen_days() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "cobalt"] {
            f.connect(account).await;
        }
        f.advance(Span::days(30));
        // Not seen since.
        f.sim.deactivate("acme");
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        f.advance(Span::days(5));
        f.sim.deactivate("bolt");
        check_now(&f.owner, "returns", &sub("bolt")).await.unwrap();
        f.sim.account("bolt").reactivate();
        f.connect("bolt").await;
        f.connect("new").await;
        let before = of_returns(&f).await;
        let db = async || Database::open(&f.world.database_url).await.unwrap();
        // As many steps as there are from this one on.
        let newest = "SELECT version FROM seaql_migrations WHERE version >= 'm0055'";
        let steps = f.world.texts(newest).await.len();
        db().await.migrate_down(steps as u32).await.unwrap();
        db().await.migrate().await.unwrap();
        let after = of_returns(&f).await;
        assert_eq!(after.days, before.days);
        let longer = history::of_app(&f.owner, f.app.id, Days::Thirty)
            .await
            .unwrap();
        assert_eq!(longer.since, Some(f.world.clock_now().day() - 13));
        assert_eq!(longer.known().count(), 14);
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
        worker::tidy(&f.world.services).await.unwrap();
        assert_eq!(of_returns(&f).await, after);
    })
    .await;
}

/// The ranges stand in the triggers as well.
#[tokio::test]
async fn triggers_know_the_ranges_of_times() {
    flow::each(async |f| {
        f.connect("acme").await;
        for end in BOUNDS {
            for took in [Span::minutes(end.into()), Span(Span::minutes(end.into()).0 + 1)] {
                f.world.past("DELETE FROM health_day_changes").await;
                f.world.past("UPDATE connections SET health = 'disconnected', health_since = 0, strip_day = 0").await;
                let sql = format!(
                    "UPDATE connections SET health = 'working', health_since = {}, last_fine_at = {}",
                    took.0, took.0
                );
                f.world.past(&sql).await;
                let key = "SELECT key FROM health_day_changes WHERE kind = 'back'";
                let expected = Some(reconnect::range(took).to_string());
                assert_eq!(f.world.texts(key).await, [expected], "{took:?}");
            }
        }
    })
    .await;
}
