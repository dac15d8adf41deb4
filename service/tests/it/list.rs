//! The accounts list, and its agreement with the rule of `domain`.

use crate::flow::{self, sub};
use domain::{health::Health, time::Span};
use service::{
    apps::{edit::edit, form::AppForm, list::all},
    connections::{
        check_now::check_now,
        counts,
        links::{self, LinkOptions},
        list::{ListError, ListPage, ListQuery, Sort, list},
    },
};
use simulator::{Endpoint, Fault};

/// Accounts in every state that a connection can have by itself.
async fn every_state(f: &flow::Flow) {
    f.sim
        .account("limited")
        .granted_scope(Some("openid email profile offline"));
    f.sim.account("stopping").refresh_token(false);
    f.sim
        .account("ran-out")
        .refresh_token(false)
        .token_lifetime(600);
    for name in [
        "working",
        "limited",
        "stopping",
        "ran-out",
        "retrying",
        "lost",
        "unchecked",
    ] {
        f.connect(name).await;
    }
    links::create(&f.owner, "returns", &sub("invited"), LinkOptions::default())
        .await
        .unwrap();
    f.advance(Span::hours(11));
    f.sim.account("lost").deactivate();
    f.sim
        .account("retrying")
        .fail_always(Endpoint::Token, Fault::server_error());
    for name in ["working", "limited", "retrying", "lost"] {
        check_now(&f.owner, "returns", &sub(name)).await.unwrap();
    }
    f.advance(Span::hours(2));
}

fn names(page: &ListPage) -> Vec<&str> {
    page.rows.iter().map(|r| r.subdomain.as_str()).collect()
}

#[tokio::test]
async fn each_filter_shows_what_the_rule_says() {
    flow::each(async |f| {
        every_state(&f).await;
        let everything = list(&f.owner, &ListQuery::default()).await.unwrap();
        assert_eq!(
            names(&everything),
            [
                "lost",
                "ran-out",
                "stopping",
                "unchecked",
                "retrying",
                "limited",
                "invited",
                "working"
            ]
        );
        let counts = counts::of_tenant(&f.owner).await.unwrap();
        assert_eq!((counts.total(), counts.need_someone()), (8, 5));
        for health in Health::ALL {
            let filtered = list(
                &f.owner,
                &ListQuery {
                    health: Some(health),
                    ..Default::default()
                },
            )
            .await
            .unwrap();
            assert!(
                filtered.rows.iter().all(|r| r.health == health),
                "{health:?}"
            );
            let expected = everything
                .rows
                .iter()
                .filter(|r| r.health == health)
                .count();
            assert_eq!(filtered.rows.len(), expected, "{health:?}");
            assert_eq!(counts.get(health), expected as u64, "{health:?}");
        }
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("working").await;
        let faulty = list(
            &f.owner,
            &ListQuery {
                health: Some(Health::SetupFault),
                ..Default::default()
            },
        )
        .await
        .unwrap();
        assert_eq!(faulty.rows.len(), 8);
        assert_eq!(
            all(&f.owner).await.unwrap()[0]
                .counts
                .get(Health::SetupFault),
            8
        );
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat_in_every_order() {
    flow::each(async |f| {
        every_state(&f).await;
        for sort in Sort::ALL {
            let whole = list(
                &f.owner,
                &ListQuery {
                    sort,
                    ..Default::default()
                },
            )
            .await
            .unwrap();
            assert_eq!(whole.next, None);
            for limit in 1..=8 {
                let mut query = ListQuery {
                    sort,
                    limit,
                    ..Default::default()
                };
                let mut seen = Vec::new();
                loop {
                    let page = list(&f.owner, &query).await.unwrap();
                    seen.extend(page.rows.into_iter().map(|r| r.id));
                    query.after = page.next;
                    if query.after.is_none() {
                        break;
                    }
                }
                assert_eq!(
                    seen,
                    whole.rows.iter().map(|r| r.id).collect::<Vec<_>>(),
                    "{sort:?} by {limit}"
                );
            }
        }
        let odd = ListQuery {
            after: Some("nonsense".into()),
            ..Default::default()
        };
        assert!(matches!(
            list(&f.owner, &odd).await,
            Err(ListError::BadCursor)
        ));
    })
    .await;
}

#[tokio::test]
async fn search_finds_names_people_and_pasted_addresses_literally() {
    flow::each(async |f| {
        f.sim
            .account("acme-shoes")
            .user_name("Zoë Ünal", "zoe_u@acme.example");
        f.connect("acme-shoes").await;
        f.connect("bolt").await;
        let found = async |q: &str| {
            let page = list(
                &f.owner,
                &ListQuery {
                    q: q.into(),
                    ..Default::default()
                },
            )
            .await
            .unwrap();
            names(&page).join(" ")
        };
        for q in [
            "acme",
            "SHOES",
            "https://acme-shoes.gorgias.com/app",
            "zoe_u@",
            "Zo",
        ] {
            assert_eq!(found(q).await, "acme-shoes", "{q}");
        }
        for q in ["%", "zoexu", "\\", "nobody", "'"] {
            assert_eq!(found(q).await, "", "{q}");
        }
        let by_scope = |code: &str| ListQuery {
            scope: Some(code.parse().unwrap()),
            ..Default::default()
        };
        assert_eq!(
            list(&f.owner, &by_scope("tickets:read"))
                .await
                .unwrap()
                .rows
                .len(),
            2
        );
        assert_eq!(
            list(&f.owner, &by_scope("tickets:rea"))
                .await
                .unwrap()
                .rows
                .len(),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn asking_for_more_makes_accounts_limited_and_asking_for_less_mends_them() {
    flow::each(async |f| {
        f.connect("acme").await;
        let with = |scopes: &str| AppForm {
            name: "Returns".into(),
            client_id: "returns-id".into(),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            ..Default::default()
        };
        edit(
            &f.owner,
            f.app.id,
            &with("openid offline tickets:read tags:read"),
        )
        .await
        .unwrap();
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::Limited);
        assert_eq!(
            account.row.explanation.reason,
            "Working, but 1 permission is missing: tags:read."
        );
        edit(&f.owner, f.app.id, &with("openid offline tickets:read"))
            .await
            .unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        assert_eq!(f.timeline("acme").await[1..], ["health_changed"; 3]);
    })
    .await;
}
