//! Snoozed accounts need nobody: who snoozes and wakes them, what ends a snooze, and what
//! is counted and listed (ADR 41).

use crate::{
    flow::{self, Flow, sub},
    members::{joined, new},
};
use domain::{
    app_limit::AppLimit,
    event::{Happening, SnoozeEnd},
    health::Health,
    role::Role,
    snooze::{Until, ends},
    time::{Span, Timestamp},
};
use service::{
    Actor,
    accounts::{self, Customer, CustomerChange, CustomerError, SnoozeWish},
    audit::{self, Filter},
    connections::{
        by_account::{
            AccountsQuery, LookedAfter, SnoozedOfLimited, States, counts, list, snoozed_of_limited,
        },
        check_now::check_now,
        counts as kept, events, overview, show,
    },
    worker,
};
use std::collections::BTreeSet;

fn wish(until: Until, reason: &str) -> CustomerChange {
    CustomerChange {
        snooze: Some(Some(SnoozeWish {
            until,
            reason: reason.to_owned(),
        })),
        ..CustomerChange::default()
    }
}

fn wake() -> CustomerChange {
    CustomerChange {
        snooze: Some(None),
        ..CustomerChange::default()
    }
}

async fn changed(actor: &Actor, account: &str, to: &CustomerChange) -> Customer {
    let changed = accounts::change(actor, &sub(account), to).await;
    changed.unwrap()
}

async fn of(f: &Flow, account: &str) -> Customer {
    let found = accounts::show(&f.owner, &sub(account)).await.unwrap();
    found.unwrap()
}

/// Connects it and loses it again.
async fn lost(f: &Flow, account: &str) {
    f.connect(account).await;
    f.sim.account(account).deactivate();
    check_now(&f.owner, "returns", &sub(account)).await.unwrap();
}

async fn names(actor: &Actor, states: States, owner: Option<LookedAfter>) -> Vec<String> {
    let wanted = AccountsQuery {
        states,
        owner,
        ..AccountsQuery::default()
    };
    let page = list(actor, &wanted).await.unwrap();
    let names = page.rows.iter();
    names
        .map(|row| row.customer.subdomain.to_string())
        .collect()
}

/// How many need somebody and how many are snoozed, as lists and counts say alike.
async fn numbers(f: &Flow) -> (u64, u64) {
    let counts = counts(&f.owner).await.unwrap().unwrap();
    let numbers = (counts.need_someone(), counts.snoozed());
    let listed = (
        names(&f.owner, States::NeedSomeone, None).await.len() as u64,
        names(&f.owner, States::Snoozed, None).await.len() as u64,
    );
    assert_eq!(numbers, listed);
    let overview = overview::overview(&f.owner, None).await.unwrap();
    assert_eq!(overview.need.len() as u64, numbers.0);
    assert_eq!(kept::recount(&f.world.services, false).await.unwrap(), 0);
    numbers
}

/// What the timeline says of snoozes and owners, oldest first.
async fn told(f: &Flow, account: &str) -> Vec<(String, Happening)> {
    let shown = show::show(&f.owner, "returns", &sub(account))
        .await
        .unwrap();
    let id = shown.unwrap().row.id;
    let entries = events::of_connection(&f.owner, id, None, 50).await.unwrap();
    let told = entries.into_iter().filter(|entry| {
        let happening = &entry.happening;
        matches!(
            happening,
            Happening::Snoozed { .. }
                | Happening::SnoozeEnded { .. }
                | Happening::LookedAfter { .. }
        )
    });
    let mut told: Vec<_> = told.map(|e| (e.actor.label(), e.happening)).collect();
    told.reverse();
    told
}

fn ended(by: SnoozeEnd) -> (String, Happening) {
    ("Mooring".to_owned(), Happening::SnoozeEnded { by })
}

#[tokio::test]
async fn a_snoozed_account_needs_nobody_until_its_time() {
    flow::each(async |f| {
        lost(&f, "acme").await;
        lost(&f, "bolt").await;
        assert_eq!(numbers(&f).await, (2, 0));
        let at = f.owner.now().plus(Span::hours(1));
        let acme = changed(
            &f.owner,
            "acme",
            &wish(Until::At(at), " Approves Thursday "),
        )
        .await;
        let snoozed = acme.snoozed.clone().unwrap();
        assert_eq!(snoozed.until, Until::At(at));
        assert_eq!(snoozed.reason.as_deref(), Some("Approves Thursday"));
        assert_eq!(acme, of(&f, "acme").await);
        assert_eq!(numbers(&f).await, (1, 1));
        assert_eq!(names(&f.owner, States::Snoozed, None).await, ["acme"]);
        // Its health is what it was, everywhere.
        let disconnected = States::One(Health::Disconnected);
        assert_eq!(names(&f.owner, disconnected, None).await, ["acme", "bolt"]);
        let all = counts(&f.owner).await.unwrap().unwrap();
        assert_eq!(all.get(Health::Disconnected), 2);
        // Nothing depends on the clock but what the worker does.
        f.advance(Span::minutes(61));
        assert_eq!(numbers(&f).await, (1, 1));
        worker::tidy(&f.world.services).await.unwrap();
        assert_eq!(numbers(&f).await, (2, 0));
        assert_eq!(of(&f, "acme").await.snoozed, None);
        let begun = Happening::Snoozed {
            until: Some(at),
            reason: Some("Approves Thursday".to_owned()),
        };
        let timeline = told(&f, "acme").await;
        assert_eq!(timeline[0].1, begun);
        assert_eq!(timeline[1..], [ended(SnoozeEnd::Time)]);
        worker::tidy(&f.world.services).await.unwrap();
        assert_eq!(told(&f, "acme").await.len(), 2, "it is told once");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_state_wakes_it_at_once_and_is_told_later() {
    flow::each(async |f| {
        lost(&f, "acme").await;
        changed(&f.owner, "acme", &wish(Until::NextChange, "")).await;
        let far = f.owner.now().plus(Span::days(30));
        lost(&f, "bolt").await;
        changed(&f.owner, "bolt", &wish(Until::At(far), "")).await;
        assert_eq!(numbers(&f).await, (0, 2));
        for account in ["acme", "bolt"] {
            f.sim.account(account).reactivate();
            assert!(f.connect_to(&f.app, account).await);
            assert_eq!(of(&f, account).await.snoozed, None, "it works again");
        }
        assert_eq!(numbers(&f).await, (0, 0));
        f.sim.account("acme").deactivate();
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_eq!(numbers(&f).await, (1, 0), "lost anew");
        // Snoozed again before the worker came by: the end is told first.
        changed(&f.owner, "acme", &wish(Until::NextChange, "")).await;
        worker::tidy(&f.world.services).await.unwrap();
        let kinds = |told: Vec<(String, Happening)>| -> Vec<_> {
            told.into_iter().map(|(_, what)| what.code()).collect()
        };
        let acme = told(&f, "acme").await;
        assert_eq!(acme[1], ended(SnoozeEnd::Change));
        assert_eq!(kinds(acme), ["snoozed", "snooze_ended", "snoozed"]);
        let bolt = told(&f, "bolt").await;
        assert_eq!(bolt[1..], [ended(SnoozeEnd::Change)]);
        assert_eq!(numbers(&f).await, (0, 1));
    })
    .await;
}

/// The triggers have the rule of `domain`.
#[tokio::test]
async fn triggers_end_snoozes_as_the_rule_says() {
    flow::each(async |f| {
        lost(&f, "acme").await;
        changed(&f.owner, "acme", &wish(Until::NextChange, "")).await;
        let later = Timestamp(i64::MAX / 2);
        for until in [Until::NextChange, Until::At(later)] {
            for began in Health::ALL {
                for now in Health::ALL.into_iter().filter(|now| *now != began) {
                    let at = until.at().map_or("NULL".to_owned(), |at| at.0.to_string());
                    let (began_in, now_in) = (began.code(), now.code());
                    let reset =
                        format!("UPDATE accounts SET snoozed = false, health = '{began_in}'");
                    f.world.past(&reset).await;
                    let begin = format!(
                        "UPDATE accounts SET snoozed = true, snoozed_in = '{began_in}', \
                         snoozed_until = {at}, snooze_look_at = {at}"
                    );
                    f.world.past(&begin).await;
                    let change = format!("UPDATE accounts SET health = '{now_in}'");
                    f.world.past(&change).await;
                    let over = f
                        .world
                        .texts("SELECT subdomain FROM accounts WHERE NOT snoozed")
                        .await;
                    let by_rule = ends(until, began, now);
                    assert_eq!(over.len() == 1, by_rule, "{until:?} {began:?} → {now:?}");
                }
            }
        }
        // Counts follow, whatever was done to the rows.
        kept::recount(&f.world.services, true).await.unwrap();
        assert_eq!(kept::recount(&f.world.services, false).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_asks_twice_changes_nothing_and_mistakes_are_told() {
    flow::each(async |f| {
        lost(&f, "acme").await;
        let at = f.owner.now().plus(Span::hours(1));
        for _ in 0..2 {
            changed(&f.owner, "acme", &wish(Until::At(at), "x")).await;
        }
        assert_eq!(told(&f, "acme").await.len(), 1);
        for _ in 0..2 {
            changed(&f.owner, "acme", &wake()).await;
        }
        let timeline = told(&f, "acme").await;
        assert_eq!(timeline.len(), 2);
        let woken = Happening::SnoozeEnded {
            by: SnoozeEnd::Woken,
        };
        assert_eq!(timeline[1].1, woken);
        let page = audit::list(&f.owner, &Filter::default(), None).await;
        let rows = page.unwrap().rows;
        let of_snooze = rows.iter().filter(|row| {
            let code = row.action.code();
            code == "customer.snoozed" || code == "customer.woken"
        });
        let recorded: Vec<_> = of_snooze
            .map(|row| (row.action.code(), row.detail.clone()))
            .collect();
        let expected = [
            ("customer.woken", String::new()),
            ("customer.snoozed", at.rfc3339()),
        ];
        assert_eq!(recorded, expected, "security.md 65: not why");

        f.connect("fine").await;
        let now = f.owner.now();
        for (account, bad) in [
            ("acme", wish(Until::At(now), "")),
            ("acme", wish(Until::At(now.plus(Span::days(367))), "")),
            ("acme", wish(Until::NextChange, &"x".repeat(201))),
            ("acme", wish(Until::NextChange, "two\nlines")),
            ("fine", wish(Until::NextChange, "")),
        ] {
            let refused = accounts::change(&f.owner, &sub(account), &bad).await;
            let Err(CustomerError::Invalid(errors)) = refused else {
                panic!("{bad:?} was stored")
            };
            assert_eq!(errors.len(), 1);
            assert_eq!(errors[0].field, "snooze");
        }
        assert_eq!(numbers(&f).await, (1, 0));
    })
    .await;
}

#[tokio::test]
async fn each_person_has_a_list_and_a_number() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "crow", "dale"] {
            lost(&f, account).await;
        }
        let success = joined(&f.world, &f.owner, new("ann@x.example", Role::Success)).await;
        let (me, ann) = (f.owner.person().unwrap(), success.person().unwrap());
        for (account, owner) in [("acme", me), ("bolt", ann), ("crow", ann)] {
            let owner = Some(owner.to_string());
            let change = CustomerChange {
                owner,
                ..CustomerChange::default()
            };
            changed(&f.owner, account, &change).await;
        }
        let looked_after = Happening::LookedAfter {
            owner: Some("ann".to_owned()),
        };
        assert_eq!(told(&f, "bolt").await[0].1, looked_after);
        changed(&success, "crow", &wish(Until::NextChange, "")).await;
        let now = counts(&f.owner).await.unwrap().unwrap();
        let numbers = (
            now.need(me),
            now.need(ann),
            now.need_and_nobodys(),
            now.need_someone(),
        );
        assert_eq!(numbers, (1, 1, 1, 3));
        let of = async |owner| names(&f.owner, States::NeedSomeone, Some(owner)).await;
        assert_eq!(of(LookedAfter::By(me)).await, ["acme"]);
        assert_eq!(of(LookedAfter::By(ann)).await, ["bolt"]);
        assert_eq!(of(LookedAfter::ByNobody).await, ["dale"]);
        let overview = overview::overview(&f.owner, Some(LookedAfter::By(ann))).await;
        assert_eq!(overview.unwrap().need.len(), 1);
        // A snoozed account that goes to somebody else counts there.
        let mine = CustomerChange {
            owner: Some(me.to_string()),
            ..CustomerChange::default()
        };
        changed(&f.owner, "crow", &mine).await;
        changed(&f.owner, "crow", &wake()).await;
        let now = counts(&f.owner).await.unwrap().unwrap();
        assert_eq!((now.need(me), now.need(ann)), (2, 1));
    })
    .await;
}

/// With a tag, at an app, and page by page: what is snoozed is nowhere in what needs
/// somebody.
#[tokio::test]
async fn every_filter_leaves_out_what_is_snoozed() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "crow"] {
            lost(&f, account).await;
            let tags = CustomerChange {
                tags: Some(vec!["VIP".to_owned()]),
                ..CustomerChange::default()
            };
            changed(&f.owner, account, &tags).await;
        }
        changed(&f.owner, "bolt", &wish(Until::NextChange, "")).await;
        // A tag that comes later has the snooze of its account as well.
        let tags = CustomerChange {
            tags: Some(vec!["VIP".to_owned(), "DACH".to_owned()]),
            ..CustomerChange::default()
        };
        changed(&f.owner, "bolt", &tags).await;
        assert_eq!(kept::recount(&f.world.services, false).await.unwrap(), 0);
        for states in [States::NeedSomeone, States::Snoozed] {
            let expected: &[&str] = match states {
                States::Snoozed => &["bolt"],
                _ => &["acme", "crow"],
            };
            for tag in [None, Some("vip"), Some("dach")] {
                for app in [None, Some("returns".to_owned())] {
                    for sort in service::connections::list::Sort::ALL {
                        let mut wanted = AccountsQuery {
                            states,
                            tag: tag.map(|tag| tag.parse().unwrap()),
                            app: app.clone(),
                            sort,
                            limit: 1,
                            ..AccountsQuery::default()
                        };
                        let mut seen = BTreeSet::new();
                        loop {
                            let page = list(&f.owner, &wanted).await.unwrap();
                            let rows = page.rows.iter();
                            seen.extend(rows.map(|row| row.customer.subdomain.to_string()));
                            wanted.after = page.next;
                            if wanted.after.is_none() {
                                break;
                            }
                        }
                        let expected = match (tag, states) {
                            (Some("dach"), States::NeedSomeone) => &[],
                            _ => expected,
                        };
                        let seen: Vec<_> = seen.into_iter().collect();
                        assert_eq!(seen, expected, "{wanted:?}");
                    }
                }
            }
        }
    })
    .await;
}

/// security.md 52, 53
#[tokio::test]
async fn s53_who_snoozes_and_what_the_limited_see() {
    flow::each(async |f| {
        let tracking = f.another_app("tracking").await;
        lost(&f, "acme").await;
        f.connect("mixed").await;
        assert!(f.connect_to(&tracking, "mixed").await);
        f.sim.account("mixed").deactivate_app("tracking-id");
        check_now(&f.owner, "tracking", &sub("mixed"))
            .await
            .unwrap();
        let snooze = wish(Until::NextChange, "secret plans");
        let viewer = joined(&f.world, &f.owner, new("v@x.example", Role::Viewer)).await;
        let stranger = f.world.owner("pier").await;
        let limited = |address: &str, app| {
            let mut invited = new(address, Role::Success);
            invited.apps = AppLimit::Only(BTreeSet::from([app]));
            invited
        };
        let returns = joined(&f.world, &f.owner, limited("r@x.example", f.app.id)).await;
        let tracking = joined(&f.world, &f.owner, limited("t@x.example", tracking.id)).await;
        for change in [snooze.clone(), wake()] {
            let refused = accounts::change(&viewer, &sub("acme"), &change).await;
            assert!(matches!(refused, Err(CustomerError::Forbidden(_))));
            for unseen in [&stranger, &tracking] {
                let refused = accounts::change(unseen, &sub("acme"), &change).await;
                assert!(matches!(refused, Err(CustomerError::NotFound)));
            }
        }
        assert_eq!(numbers(&f).await, (2, 0));
        // At `returns` it works; that it is lost at `tracking` isn't told.
        let refused = accounts::change(&returns, &sub("mixed"), &snooze).await;
        let Err(CustomerError::Invalid(errors)) = refused else {
            panic!("it was snoozed")
        };
        assert!(errors[0].message.contains("mixed is Working"), "{errors:?}");

        assert_eq!(names(&tracking, States::NeedSomeone, None).await, ["mixed"]);
        changed(&tracking, "mixed", &snooze).await;
        assert_eq!(names(&tracking, States::NeedSomeone, None).await, [""; 0]);
        assert_eq!(names(&tracking, States::Snoozed, None).await, ["mixed"]);
        changed(&f.owner, "acme", &snooze).await;
        let seen = async |actor: &Actor| snoozed_of_limited(actor).await.unwrap();
        let one = |accounts, needing| Some(SnoozedOfLimited { accounts, needing });
        assert_eq!(seen(&tracking).await, one(1, 1), "acme is none of theirs");
        assert_eq!(seen(&returns).await, one(2, 1), "mixed works there");
        assert_eq!(seen(&f.owner).await, None);
        // Another tenant sees and counts nothing of it.
        assert_eq!(names(&stranger, States::Snoozed, None).await, [""; 0]);
        let theirs = counts(&stranger).await.unwrap().unwrap();
        assert_eq!((theirs.snoozed(), theirs.need_someone()), (0, 0));
    })
    .await;
}

/// The worker ends each tenant's own.
#[tokio::test]
async fn s52_the_worker_ends_snoozes_within_their_tenant() {
    flow::each(async |f| {
        lost(&f, "acme").await;
        let soon = f.owner.now().plus(Span::minutes(5));
        let later = f.owner.now().plus(Span::hours(5));
        changed(&f.owner, "acme", &wish(Until::At(soon), "")).await;
        // The same account of another tenant.
        let stranger = f.world.owner("pier").await;
        let other = format!(
            "INSERT INTO accounts (tenant_id, subdomain, created_at, health, health_since, snoozed, \
             snoozed_until, snoozed_in, snoozed_at, snoozed_by, snooze_look_at) \
             SELECT id, 'acme', 1, 'disconnected', 1, true, {0}, 'disconnected', 1, 'Ann', {0} \
             FROM tenants WHERE slug = 'pier'",
            later.0
        );
        assert_eq!(f.world.past(&other).await, 1);
        f.advance(Span::minutes(6));
        worker::tidy(&f.world.services).await.unwrap();
        assert_eq!(of(&f, "acme").await.snoozed, None);
        let theirs = accounts::show(&stranger, &sub("acme")).await.unwrap();
        assert!(theirs.unwrap().snoozed.is_some());
    })
    .await;
}
