//! Sets of granted scopes: triggers keep them, lists and the plan of permissions ask them.

use crate::flow::{self, Flow, sub};
use domain::{
    app_limit::AppLimit,
    health::Health,
    role::Role,
    scope::Scope,
    scope_plan::{Impact, ScopeFilter},
    time::Span,
};
use sea_orm::DatabaseBackend;
use serde_json::json;
use service::{
    apps,
    connections::{
        check_now::check_now,
        counts,
        disconnect::disconnect,
        erase::erase,
        links::{self, LinkOptions},
        list::{ListQuery, Sort, list},
        permissions::{self, PermissionsError, PermissionsPage, PermissionsQuery},
    },
    testing::fill::{Given, connect_all},
    worker,
};

async fn of(f: &Flow, sql: &str) -> Vec<String> {
    let mut texts: Vec<_> = f.world.texts(sql).await.into_iter().flatten().collect();
    texts.sort();
    texts
}

/// The sets that connections have, with how many have each.
async fn sets(f: &Flow) -> Vec<String> {
    of(
        f,
        "SELECT s.basis || ': ' || s.granted || ' ' || count(*) FROM granted_sets s \
         JOIN connection_grants g ON g.set_id = s.id GROUP BY s.id, s.basis, s.granted",
    )
    .await
}

async fn connect_with(f: &Flow, account: &str, scopes: &str) {
    f.sim.account(account).granted_scope(Some(scopes));
    f.connect(account).await;
}

async fn show(f: &Flow, wanted: PermissionsQuery) -> PermissionsPage {
    permissions::show(&f.owner, "returns", &wanted)
        .await
        .unwrap()
}

fn names(page: &PermissionsPage) -> Vec<&str> {
    let rows = page.rows.iter();
    rows.map(|row| row.subdomain.as_str()).collect()
}

fn only(filter: ScopeFilter) -> PermissionsQuery {
    PermissionsQuery {
        filter: Some(filter),
        ..PermissionsQuery::default()
    }
}

#[tokio::test]
async fn connections_share_the_set_that_they_have_granted() {
    flow::each(async |f| {
        for account in ["acme", "bolt"] {
            connect_with(&f, account, "openid offline").await;
        }
        connect_with(&f, "cove", "write:all openid offline").await;
        let option = LinkOptions::default();
        links::create(&f.owner, "returns", &sub("invited"), option)
            .await
            .unwrap();
        assert_eq!(
            sets(&f).await,
            [
                "gone:  1",
                "told: offline openid 2",
                "told: offline openid write:all 1",
            ]
        );
        // Told anew, then unreadable, then forgotten on purpose.
        f.sim.account("acme").granted_scope(Some("openid"));
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        f.sim.account("bolt").token_member("scope", json!(""));
        check_now(&f.owner, "returns", &sub("bolt")).await.unwrap();
        disconnect(&f.owner, "returns", &sub("cove")).await.unwrap();
        assert_eq!(
            sets(&f).await,
            [
                "gone:  1",
                "gone: offline openid write:all 1",
                "told: openid 1",
                "unknown: offline openid 1",
            ]
        );
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
        erase(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_eq!(sets(&f).await.len(), 3, "an erased account is in no set");
        apps::remove::remove(&f.owner, f.app.id).await.unwrap();
        for column in ["basis FROM granted_sets", "health FROM connection_grants"] {
            let left = of(&f, &format!("SELECT {column}")).await;
            assert!(left.is_empty(), "{column}");
        }
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
    })
    .await;
}

/// A key of PostgreSQL's indexes ends at 2,704 bytes.
#[tokio::test]
async fn a_set_may_be_as_long_as_gorgias_makes_it() {
    flow::each(async |f| {
        let long: Vec<String> = (0..90_u64)
            .map(|n| {
                let odd = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                format!(
                    "{odd:x}{:x}{:x}:read",
                    odd.rotate_left(17),
                    !odd.rotate_left(31)
                )
            })
            .collect();
        let long = long.join(" ");
        assert!(long.len() > 4_000);
        connect_with(&f, "acme", &long).await;
        connect_with(&f, "bolt", &long).await;
        let sets = sets(&f).await;
        assert_eq!(sets.len(), 1);
        assert!(sets[0].ends_with(" 2"), "{sets:?}");
    })
    .await;
}

/// Otherwise each of a thousand refreshes a second would pay for it.
#[tokio::test]
async fn a_refresh_that_changes_no_scope_writes_nothing_more() {
    flow::each(async |f| {
        f.connect("acme").await;
        worker::tidy(&f.world.services).await.unwrap();
        // Where a row stands; each version of it stands elsewhere on PostgreSQL.
        let place = match f.world.backend {
            DatabaseBackend::Sqlite => "CAST(rowid AS text)",
            _ => "CAST(ctid AS text) || CAST(xmin AS text)",
        };
        let seen = async || {
            let grant = format!("SELECT {place} || health || health_since FROM connection_grants");
            let changes = of(&f, "SELECT kind FROM count_changes").await;
            (of(&f, &grant).await, changes)
        };
        let before = seen().await;
        assert_eq!((before.0.len(), before.1.len()), (1, 0));
        f.advance(Span::hours(6));
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_eq!(seen().await, before);
        f.sim.account("acme").granted_scope(Some("openid offline"));
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_ne!(seen().await, before, "the test sees a change");
    })
    .await;
}

/// Accounts of each kind, of an app that asks for openid, email, profile, offline and
/// tickets:read.
async fn each_kind(f: &Flow) {
    let all = f.app.requested.to_string();
    let without = |code: &str| -> String {
        let kept = f.app.requested.iter().map(Scope::as_str);
        let kept: Vec<_> = kept.filter(|one| *one != code).collect();
        kept.join(" ")
    };
    connect_with(f, "as-asked", &all).await;
    connect_with(f, "extra", &format!("{all} tags:read")).await;
    connect_with(f, "lacks", &without("tickets:read")).await;
    connect_with(f, "old-click", &format!("{} write:all", without("profile"))).await;
    connect_with(
        f,
        "silent",
        &format!("{} write:all", without("tickets:read")),
    )
    .await;
    f.connect("unknown").await;
    f.sim.account("unknown").token_member("scope", json!(""));
    check_now(&f.owner, "returns", &sub("unknown"))
        .await
        .unwrap();
    links::create(&f.owner, "returns", &sub("invited"), LinkOptions::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_plan_says_who_moves_silently_and_who_needs_a_click() {
    flow::each(async |f| {
        each_kind(&f).await;
        let page = show(&f, PermissionsQuery::default()).await;
        assert_eq!(
            names(&page),
            [
                "as-asked",
                "extra",
                "lacks",
                "old-click",
                "silent",
                "unknown"
            ],
            "who was only invited has given nothing"
        );
        let plan = &page.plan;
        assert_eq!(
            (plan.total, plan.old, plan.silent, plan.click),
            (6, 2, 1, 1)
        );
        let profile: Scope = "profile".parse().unwrap();
        assert_eq!(plan.click_lacks, [(profile, 1)]);
        for (filter, shown) in [
            (ScopeFilter::Missing, vec!["lacks", "old-click"]),
            (ScopeFilter::Extra, vec!["extra"]),
            (ScopeFilter::Old, vec!["old-click", "silent"]),
            (
                ScopeFilter::NeedsClick,
                vec!["lacks", "old-click", "unknown"],
            ),
        ] {
            let page = show(&f, only(filter)).await;
            assert_eq!(names(&page), shown, "{filter:?}");
            assert_eq!(page.plan.count(filter), shown.len() as u64, "{filter:?}");
            let wanted = ListQuery {
                permissions: Some(filter),
                ..ListQuery::default()
            };
            let listed = list(&f.owner, &wanted).await.unwrap();
            assert_eq!(listed.rows.len(), shown.len(), "{filter:?}");
        }
        let missing = |code: &str| {
            let mut all = plan.scopes.iter();
            all.find(|one| one.scope.as_str() == code).unwrap().missing
        };
        assert_eq!(
            (
                missing("tickets:read"),
                missing("profile"),
                missing("openid")
            ),
            (1, 1, 0)
        );
        let old = plan.scopes.last().unwrap();
        assert_eq!(
            (old.scope.as_str(), old.asked, old.granted),
            ("write:all", false, 2)
        );
        let found = PermissionsQuery {
            q: "old".into(),
            ..PermissionsQuery::default()
        };
        assert_eq!(names(&show(&f, found).await), ["old-click"]);
    })
    .await;
}

#[tokio::test]
async fn accounts_come_by_name_and_pages_follow_each_other() {
    flow::each(async |f| {
        let given = |n: usize| Given {
            subdomain: format!("shop{n:02}").parse().unwrap(),
            access_token: "access".into(),
            refresh_token: "refresh".into(),
            expires_at: f.world.clock_now().plus(Span::hours(20)),
        };
        connect_all(&f.owner, &f.app, (0..60).map(given)).await.unwrap();
        // Sets are mixed, so each page is put together from several.
        f.world
            .execute("UPDATE connections SET granted_scopes = 'openid' WHERE subdomain LIKE '%3' OR subdomain LIKE '%7'")
            .await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let wanted = PermissionsQuery { after, ..PermissionsQuery::default() };
            let page = show(&f, wanted).await;
            assert!(page.rows.len() as u64 <= permissions::A_PAGE);
            seen.extend(page.rows.iter().map(|row| row.subdomain.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let all: Vec<_> = (0..60).map(|n| format!("shop{n:02}")).collect();
        assert_eq!(seen, all);
        let wanted = PermissionsQuery { after: Some("nonsense".into()), ..PermissionsQuery::default() };
        let odd = permissions::show(&f.owner, "returns", &wanted).await;
        assert!(matches!(odd, Err(PermissionsError::BadCursor)));
    })
    .await;
}

/// In each order, with and without a state, and over several apps.
#[tokio::test]
async fn a_list_by_scopes_is_the_part_of_the_list_that_has_them() {
    flow::each(async |f| {
        each_kind(&f).await;
        let tracking = f.another_app("tracking").await;
        for account in ["as-asked", "lacks", "zebra"] {
            assert!(f.connect_to(&tracking, account).await);
        }
        f.sim.account("silent").deactivate();
        check_now(&f.owner, "returns", &sub("silent"))
            .await
            .unwrap();
        f.advance(Span::hours(20));
        let scope: Scope = "tickets:read".parse().unwrap();
        let states = Health::ALL.map(Some).into_iter().chain([None]);
        for (sort, health) in states.flat_map(|health| Sort::ALL.map(|sort| (sort, health))) {
            let all = ListQuery {
                sort,
                health,
                ..ListQuery::default()
            };
            let whole = list(&f.owner, &all).await.unwrap().rows;
            let whole: Vec<_> = whole
                .into_iter()
                .filter(|row| row.granted.contains(scope.as_str()))
                .map(|row| row.id)
                .collect();
            for limit in [1, 2, 50] {
                let mut query = ListQuery {
                    scope: Some(scope.clone()),
                    limit,
                    ..all.clone()
                };
                let mut seen = Vec::new();
                loop {
                    let page = list(&f.owner, &query).await.unwrap();
                    seen.extend(page.rows.into_iter().map(|row| row.id));
                    query.after = page.next;
                    if query.after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, whole, "{sort:?} {health:?} by {limit}");
            }
        }
    })
    .await;
}

/// security.md 52, 53: who is limited to other apps sees nothing of this one.
#[tokio::test]
async fn s52_the_plan_keeps_to_the_apps_of_the_reader() {
    flow::each(async |f| {
        each_kind(&f).await;
        let tracking = f.another_app("tracking").await;
        assert!(f.connect_to(&tracking, "lacks").await);
        let mut limited = f.owner.clone();
        limited.role = Role::Viewer;
        limited.apps = AppLimit::Only([tracking.id].into());
        let wanted = PermissionsQuery::default();
        for reference in ["returns", &f.app.id.to_string()] {
            let hidden = permissions::show(&limited, reference, &wanted).await;
            assert!(
                matches!(hidden, Err(PermissionsError::NotFound)),
                "{reference}"
            );
        }
        let own = permissions::show(&limited, "tracking", &wanted)
            .await
            .unwrap();
        assert_eq!((own.plan.total, own.rows.len()), (1, 1));
        for filter in ScopeFilter::ALL {
            let wanted = ListQuery {
                permissions: Some(filter),
                ..ListQuery::default()
            };
            let listed = list(&limited, &wanted).await.unwrap();
            assert!(listed.rows.iter().all(|row| row.app_id == tracking.id));
        }
        let stranger = f.world.owner("pier").await;
        let hidden = permissions::show(&stranger, &f.app.id.to_string(), &wanted).await;
        assert!(matches!(hidden, Err(PermissionsError::NotFound)));
        let mut backend = f.owner.clone();
        backend.role = Role::Backend;
        let refused = permissions::show(&backend, "returns", &wanted).await;
        assert!(matches!(refused, Err(PermissionsError::Forbidden(_))));
        let mut viewer = f.owner.clone();
        viewer.role = Role::Viewer;
        let asked = permissions::impact(&viewer, f.app.id, &f.app.requested).await;
        assert!(matches!(asked, Err(PermissionsError::Forbidden(_))));
    })
    .await;
}

#[tokio::test]
async fn a_change_tells_before_it_is_saved_what_comes_of_it() {
    flow::each(async |f| {
        each_kind(&f).await;
        let mut after: Vec<_> = f.app.requested.iter().map(Scope::as_str).collect();
        after.retain(|code| *code != "tickets:read");
        after.push("tags:read");
        let after = after.join(" ").parse().unwrap();
        let impact = permissions::impact(&f.owner, f.app.id, &after)
            .await
            .unwrap();
        let wanted = Impact {
            become_limited: 1,
            stay_limited: 2,
            covered: 1,
            given: 1,
            unknown: 1,
            keep: 4,
            ..Impact::default()
        };
        assert_eq!(impact, wanted);
        assert_eq!(impact.total(), 6);
    })
    .await;
}
