//! Counts are kept in the transaction that changes a row, and are those of the rows.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, snooze::Until, time::Span};
use service::{
    Actor,
    accounts::{self, CustomerChange, SnoozeWish},
    apps,
    connections::{check_now::check_now, counts, disconnect::disconnect, erase::erase},
    people::membership,
    worker,
};
use simulator::{Endpoint, Fault};

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

const ACCOUNTS: [&str; 4] = ["one", "two", "three", "four"];
const APPS: [&str; 2] = ["returns", "tracking"];

/// One step of a history. What the state doesn't allow is refused, which is fine.
async fn step(f: &Flow, actor: &Actor, dice: &mut Dice) {
    let account = ACCOUNTS[dice.roll(ACCOUNTS.len())];
    let app = APPS[dice.roll(APPS.len())];
    match dice.roll(11) {
        0 => {
            let scope = [
                "openid email profile offline",
                "openid offline",
                "write:all \"x\"",
            ];
            // The last one can't be read: what was granted isn't known then.
            let _ = f
                .sim
                .account(account)
                .token_member("scope", scope[dice.roll(3)].into());
        }
        1 => f.sim.deactivate(account),
        2 => {
            let outage = Fault::server_error();
            let _ = f.sim.account(account).fail_once(Endpoint::Token, outage);
        }
        3 | 4 => drop(check_now(actor, app, &sub(account)).await),
        5 => drop(disconnect(actor, app, &sub(account)).await),
        6 => drop(erase(actor, app, &sub(account)).await),
        7 => {
            let tags = [
                vec![],
                vec!["DACH".to_owned()],
                vec!["UK".to_owned(), "dach".to_owned()],
            ];
            let owner = [
                None,
                Some(String::new()),
                actor.person().map(|id| id.to_string()),
            ];
            let change = CustomerChange {
                tags: Some(tags[dice.roll(3)].clone()),
                owner: owner[dice.roll(3)].clone(),
                ..Default::default()
            };
            drop(accounts::change(actor, &sub(account), &change).await);
        }
        8 | 9 => {
            let until = [
                Until::NextChange,
                Until::At(actor.now().plus(Span::seconds(1))),
                Until::At(actor.now().plus(Span::days(9))),
            ];
            let reason = String::new();
            let snooze = SnoozeWish {
                until: until[dice.roll(3)],
                reason,
            };
            let change = CustomerChange {
                snooze: Some((dice.roll(4) > 0).then_some(snooze)),
                ..Default::default()
            };
            drop(accounts::change(actor, &sub(account), &change).await);
        }
        _ => {
            f.advance(Span::seconds(1));
            drop(worker::tidy(actor).await);
        }
    }
}

#[tokio::test]
async fn whatever_happens_kept_counts_are_those_of_the_rows() {
    flow::each(async |f| {
        let tracking = f.another_app("tracking").await;
        let other = f.world.second_process().await;
        let person = f.owner.person().unwrap();
        let there = membership::actor(&other, person, &f.owner.tenant_slug);
        let there = there.await.unwrap().unwrap();
        for seed in 1..=4 {
            for account in ACCOUNTS {
                let gorgias = f.sim.account(account);
                gorgias.reactivate().heal(Endpoint::Token);
                for app in [&f.app, &tracking] {
                    assert!(f.connect_to(app, account).await);
                }
            }
            let (mut dice, mut other_dice) = (Dice(seed), Dice(seed * 7919));
            for _ in 0..25 {
                // Two processes at once.
                let here = step(&f, &f.owner, &mut dice);
                tokio::join!(here, step(&f, &there, &mut other_dice));
            }
            let wrong = counts::recount(&f.world.services, false).await.unwrap();
            assert_eq!(wrong, 0, "seed {seed}");
            worker::tidy(&f.world.services).await.unwrap();
            let wrong = counts::recount(&f.world.services, false).await.unwrap();
            assert_eq!(wrong, 0, "seed {seed}, all added up");
        }
        assert_eq!(f.world.texts("SELECT key FROM count_changes").await, []);
    })
    .await;
}

/// The numbers that pages show, before and after the worker adds them up.
#[tokio::test]
async fn a_change_counts_at_once() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        let seen = async || {
            let counts = counts::of_tenant(&f.owner).await.unwrap();
            [Health::Working, Health::Disconnected, Health::Unchecked].map(|h| counts.get(h))
        };
        assert_eq!(seen().await, [2, 0, 0]);
        f.sim.account("acme").deactivate();
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_eq!(seen().await, [1, 1, 0]);
        worker::tidy(&f.world.services).await.unwrap();
        assert_eq!(seen().await, [1, 1, 0]);
        f.advance(Span::hours(20));
        assert_eq!(seen().await, [0, 1, 1], "time counts, too");
        erase(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_eq!(seen().await, [0, 0, 1]);
        apps::remove::remove(&f.owner, f.app.id).await.unwrap();
        assert_eq!(seen().await, [0, 0, 0]);
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
    })
    .await;
}

/// `mooring check --recount`.
#[tokio::test]
async fn numbers_that_somebody_changed_are_found_and_mended() {
    flow::each(async |f| {
        f.connect("acme").await;
        let tags = Some(vec!["DACH".to_owned()]);
        let change = CustomerChange { tags, ..Default::default() };
        accounts::change(&f.owner, &sub("acme"), &change).await.unwrap();
        let recount = async |mend| counts::recount(&f.world.services, mend).await.unwrap();
        for (damage, wrong) in [
            ("DELETE FROM count_changes", 3),
            ("UPDATE account_tags SET health_since = 1", 1),
            ("UPDATE account_tags SET snoozed = true", 1),
            (
                "INSERT INTO kept_counts (tenant_id, kind, key, health, n) SELECT id, 'snoozed', '', 'limited', 5 FROM tenants",
                1,
            ),
            ("UPDATE accounts SET health = 'limited'", 1),
            ("UPDATE connection_grants SET health = 'limited'", 1),
            ("UPDATE granted_sets SET granted = 'openid'", 1),
            ("DELETE FROM connection_grants", 1),
            ("DELETE FROM granted_sets", 1),
            (
                "INSERT INTO kept_counts (tenant_id, kind, key, health, n) SELECT id, 'tag', 'gone', 'limited', 5 FROM tenants",
                1,
            ),
        ] {
            worker::tidy(&f.world.services).await.unwrap();
            assert_eq!(recount(false).await, 0, "before {damage}");
            let damage = damage.replace("count_changes", "kept_counts");
            assert!(f.world.past(&damage).await > 0);
            let before = recount(false).await;
            assert!(before >= wrong, "{damage}: {before}");
            assert!(recount(true).await >= wrong, "{damage}");
            assert_eq!(recount(true).await, 0, "{damage}");
        }
        let counts = counts::of_tenant(&f.owner).await.unwrap();
        assert_eq!((counts.total(), counts.get(Health::Working)), (1, 1));
    })
    .await;
}
