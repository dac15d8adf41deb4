//! The plan of an app's permissions, and what a change of them would mean.

use crate::{
    flow::{self, Flow, sub},
    granted_sets::connect_with,
};
use domain::{
    app_limit::AppLimit,
    role::Role,
    scope::Scope,
    scope_plan::{Impact, ScopeFilter},
    time::Span,
};
use serde_json::json;
use service::{
    connections::{
        check_now::check_now,
        links::{self, LinkOptions},
        list::{ListQuery, list},
        permissions::{self, PermissionsError, PermissionsPage, PermissionsQuery},
    },
    testing::fill::{Given, connect_all},
};

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

/// Accounts of each kind, of an app that asks for openid, email, profile, offline and
/// tickets:read.
pub async fn each_kind(f: &Flow) {
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
