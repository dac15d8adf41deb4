//! The accounts list where its order is that of connections: each account comes once over
//! all pages, and filters by what lies over states find what they say.

use crate::{
    flow::{self, Flow, sub},
    members::{joined, new},
};
use domain::{
    app_limit::AppLimit, health::Health, role::Role, scope_plan::ScopeFilter, snooze::Until,
    time::Span,
};
use service::{
    Actor,
    accounts::{self, CustomerChange, SnoozeWish},
    apps::App,
    connections::{
        by_account::{AccountsQuery, States, list},
        check_now::check_now,
        list::Sort,
        overview,
    },
    engine::refresh::Verdict,
    testing::fill::{
        Given,
        GivenState::{self, Limited, Lost, Working},
        connect_all_in,
    },
};
use std::collections::BTreeSet;

async fn given(f: &Flow, app: &App, accounts: &[(&str, GivenState)]) {
    let expires_at = f.world.clock_now().plus(Span::hours(20));
    let accounts = accounts.iter().map(|(name, state)| {
        let given = Given {
            subdomain: sub(name),
            access_token: "access".into(),
            refresh_token: "refresh".into(),
            expires_at,
        };
        (given, *state)
    });
    connect_all_in(&f.owner, app, accounts).await.unwrap();
}

/// Accounts at `returns` and, later, at the app that this gives. Those that are at both
/// have other accounts between their connections, by state and by change.
async fn at_two_apps(f: &Flow) -> App {
    let tracking = f.another_app("tracking").await;
    let first = [
        ("alpha", Limited),
        ("bravo", Limited),
        ("coral", Limited),
        ("delta", Working),
    ];
    given(f, &f.app, &first).await;
    f.connect("zebra").await;
    f.advance(Span::minutes(10));
    let second = [
        ("alpha", Limited),
        ("coral", Lost),
        ("delta", Limited),
        ("eagle", Working),
    ];
    given(f, &tracking, &second).await;
    assert!(f.connect_to(&tracking, "zebra").await);
    tracking
}

const ALL: [&str; 6] = ["alpha", "bravo", "coral", "delta", "eagle", "zebra"];

/// Somebody who may touch both apps and no others.
async fn limited_to(f: &Flow, apps: [&App; 2]) -> Actor {
    let mut invited = new("l@x.example", Role::Success);
    invited.apps = AppLimit::Only(BTreeSet::from(apps.map(|app| app.id)));
    joined(&f.world, &f.owner, invited).await
}

/// Has Gorgias refuse the credentials of `tracking`, as `zebra` sees it.
async fn tracking_refused(f: &Flow) {
    f.sim.rotate_secret("tracking-id", "other");
    let check = async || {
        check_now(&f.owner, "tracking", &sub("zebra"))
            .await
            .unwrap()
    };
    check().await;
    f.advance(Span::minutes(5));
    assert_eq!(check().await, Verdict::AppRefused);
}

fn of(states: States) -> AccountsQuery {
    AccountsQuery {
        states,
        ..AccountsQuery::default()
    }
}

/// The names on all pages of so many rows.
async fn paged(actor: &Actor, query: &AccountsQuery, limit: u64) -> Vec<String> {
    let mut query = AccountsQuery {
        limit,
        ..query.clone()
    };
    let mut seen = Vec::new();
    loop {
        let page = list(actor, &query).await.unwrap();
        let names = page.rows.iter();
        seen.extend(names.map(|row| row.customer.subdomain.to_string()));
        query.after = page.next;
        if query.after.is_none() {
            return seen;
        }
        assert_eq!(page.rows.len() as u64, limit, "a full page: {query:?}");
    }
}

/// In each order the list has these accounts, sorted here by name, however long its pages.
async fn are_listed_once(actor: &Actor, query: &AccountsQuery, expected: &[&str]) {
    for sort in Sort::ALL {
        let query = AccountsQuery {
            sort,
            ..query.clone()
        };
        let whole = paged(actor, &query, 200).await;
        let mut names = whole.clone();
        names.sort();
        assert_eq!(names, expected, "{query:?}");
        for limit in 1..4 {
            let pages = paged(actor, &query, limit).await;
            assert_eq!(pages, whole, "{limit} a page: {query:?}");
        }
    }
}

#[tokio::test]
async fn an_account_with_two_matching_connections_comes_once_over_all_pages() {
    flow::each(async |f| {
        let tracking = at_two_apps(&f).await;
        let by_scope = AccountsQuery {
            scope: Some("openid".parse().unwrap()),
            ..AccountsQuery::default()
        };
        are_listed_once(&f.owner, &by_scope, &ALL).await;
        let lacking = ["alpha", "bravo", "coral", "delta"];
        let missing = AccountsQuery {
            permissions: Some(ScopeFilter::Missing),
            ..AccountsQuery::default()
        };
        are_listed_once(&f.owner, &missing, &lacking).await;
        let limited = limited_to(&f, [&f.app, &tracking]).await;
        are_listed_once(&limited, &of(States::All), &ALL).await;
        are_listed_once(&limited, &of(States::One(Health::Limited)), &lacking).await;
        are_listed_once(&limited, &by_scope, &ALL).await;

        f.advance(Span::hours(20));
        are_listed_once(&f.owner, &of(States::One(Health::Unchecked)), &ALL).await;
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("zebra").await;
        tracking_refused(&f).await;
        are_listed_once(&f.owner, &of(States::One(Health::SetupFault)), &ALL).await;
    })
    .await;
}

/// As if Gorgias had answered in this way for so long.
async fn refused(f: &Flow, app: &App, account: &str, kind: &str, long: Span) {
    let since = f.world.clock_now().minus(long).0;
    let app = f.world.uuid(app.id.0);
    let sql = format!(
        "UPDATE connections SET health = 'retrying', failing_since = {since}, failures = 9, \
         failure_kind = '{kind}', refused_since = {since} \
         WHERE subdomain = '{account}' AND app_id = {app}"
    );
    f.world.execute(&sql).await;
}

#[tokio::test]
async fn what_is_refused_alone_for_three_days_has_a_list() {
    flow::each(async |f| {
        let tracking = at_two_apps(&f).await;
        let (forbidden, days) = ("account_refused 403", Span::days);
        refused(&f, &f.app, "alpha", forbidden, days(5)).await;
        refused(&f, &tracking, "alpha", forbidden, days(4)).await;
        refused(&f, &f.app, "delta", "unreadable", days(3)).await;
        refused(&f, &f.app, "bravo", forbidden, Span::hours(71)).await;
        refused(&f, &f.app, "coral", "not_answering", days(4)).await;
        refused(&f, &tracking, "eagle", forbidden, days(4)).await;
        let snooze = CustomerChange {
            snooze: Some(Some(SnoozeWish {
                until: Until::NextChange,
                reason: String::new(),
            })),
            ..CustomerChange::default()
        };
        accounts::change(&f.owner, &sub("eagle"), &snooze)
            .await
            .unwrap();

        let long = of(States::RefusedLong);
        are_listed_once(&f.owner, &long, &["alpha", "delta"]).await;
        let overview = overview::overview(&f.owner, None).await.unwrap();
        assert_eq!(overview.counts.to_look_at(), 3, "connections");
        let limited = limited_to(&f, [&f.app, &tracking]).await;
        are_listed_once(&limited, &long, &["alpha", "delta"]).await;
        let stranger = f.world.owner("pier").await;
        are_listed_once(&stranger, &long, &[]).await;

        // With other filters.
        let by_scope = AccountsQuery {
            scope: Some("openid".parse().unwrap()),
            ..long.clone()
        };
        are_listed_once(&f.owner, &by_scope, &["alpha", "delta"]).await;
        let missing = AccountsQuery {
            permissions: Some(ScopeFilter::Missing),
            ..long.clone()
        };
        are_listed_once(&f.owner, &missing, &["alpha"]).await;
        let searched = AccountsQuery {
            q: "delta".into(),
            ..long.clone()
        };
        are_listed_once(&f.owner, &searched, &["delta"]).await;
        let of_tracking = AccountsQuery {
            app: Some("tracking".into()),
            ..long.clone()
        };
        are_listed_once(&f.owner, &of_tracking, &["alpha"]).await;
        // What an app's fault lies over isn't retried.
        tracking_refused(&f).await;
        are_listed_once(&f.owner, &of_tracking, &[]).await;
        are_listed_once(&f.owner, &long, &["alpha", "delta"]).await;
    })
    .await;
}
