//! Sets of granted scopes: triggers keep them, and lists ask them.

use crate::{
    flow::{self, Flow, sub},
    permissions::each_kind,
};
use domain::{health::Health, scope::Scope, time::Span};
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
    },
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

pub async fn connect_with(f: &Flow, account: &str, scopes: &str) {
    f.sim.account(account).granted_scope(Some(scopes));
    f.connect(account).await;
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
