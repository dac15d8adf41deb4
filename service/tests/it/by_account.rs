//! The accounts list: a row for each account, in the order of its worst stored state.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, ids::PersonId, time::Span};
use service::{
    accounts::{self, CustomerChange},
    connections::{
        by_account::{AccountsPage, AccountsQuery, LookedAfter, States, counts, list, tags},
        check_now::check_now,
        list::{ListError, Sort},
        overview,
    },
    testing::fill::{Given, GivenState, connect_all_in},
};

/// Three accounts at two apps, and one that is only known:
/// `both` works at `returns` and is lost at `tracking`, `fine` and `late` work.
async fn some(f: &Flow) {
    let tracking = f.another_app("tracking").await;
    for account in ["both", "fine", "late"] {
        f.connect(account).await;
    }
    let known = b"subdomain,name,tags\nknown,Known Ltd,VIP\nfine,Fine Teas,vip\n";
    accounts::import(&f.owner, known, false).await.unwrap();
    assert!(f.connect_to(&tracking, "both").await);
    f.sim.account("both").deactivate_app("tracking-id");
    check_now(&f.owner, "tracking", &sub("both")).await.unwrap();
    let mine = CustomerChange {
        owner: Some(f.owner.person().unwrap().to_string()),
        ..Default::default()
    };
    for account in ["both", "fine"] {
        accounts::change(&f.owner, &sub(account), &mine)
            .await
            .unwrap();
    }
}

fn names(page: &AccountsPage) -> Vec<&str> {
    let rows = page.rows.iter();
    rows.map(|row| row.customer.subdomain.as_str()).collect()
}

async fn found(f: &Flow, query: AccountsQuery) -> Vec<String> {
    let page = list(&f.owner, &query).await.unwrap();
    names(&page).into_iter().map(str::to_owned).collect()
}

fn of(states: States) -> AccountsQuery {
    AccountsQuery {
        states,
        ..Default::default()
    }
}

#[tokio::test]
async fn an_account_is_one_row_with_its_worst_connection_first() {
    flow::each(async |f| {
        some(&f).await;
        let page = list(&f.owner, &AccountsQuery::default()).await.unwrap();
        assert_eq!(names(&page), ["both", "known", "fine", "late"]);
        let both: Vec<_> = page.rows[0]
            .connections
            .iter()
            .map(|row| (row.app_slug.as_str(), row.health))
            .collect();
        let worst = [
            ("tracking", Health::Disconnected),
            ("returns", Health::Working),
        ];
        assert_eq!(both, worst);
        assert_eq!(
            page.rows[1].connections,
            [],
            "known, but connected to no app"
        );
        assert_eq!(page.rows[2].customer.title(), "Fine Teas");
        // Of an app, its own connection counts and comes first.
        let of_app = AccountsQuery {
            app: Some("returns".into()),
            ..Default::default()
        };
        let page = list(&f.owner, &of_app).await.unwrap();
        assert_eq!(names(&page), ["both", "fine", "late"]);
        assert_eq!(page.rows[0].connections[0].app_slug.as_str(), "returns");
        assert_eq!(page.rows[0].connections.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn each_filter_finds_its_accounts_and_their_number_is_kept() {
    flow::each(async |f| {
        some(&f).await;
        let me = f.owner.person().unwrap();
        let stranger = PersonId(uuid::Uuid::nil());
        let by = |owner| AccountsQuery {
            owner: Some(owner),
            ..Default::default()
        };
        let tagged = |tag: &str| AccountsQuery {
            tag: Some(tag.parse().unwrap()),
            ..Default::default()
        };
        for (query, expected) in [
            (of(States::NeedSomeone), vec!["both"]),
            (of(States::One(Health::Disconnected)), vec!["both"]),
            (of(States::One(Health::Working)), vec!["fine", "late"]),
            (of(States::One(Health::NotConnected)), vec!["known"]),
            (of(States::One(Health::Unchecked)), vec![]),
            (of(States::One(Health::SetupFault)), vec![]),
            (by(LookedAfter::By(me)), vec!["both", "fine"]),
            (by(LookedAfter::By(stranger)), vec![]),
            (by(LookedAfter::ByNobody), vec!["known", "late"]),
            (tagged("vip"), vec!["known", "fine"]),
            (tagged("gone"), vec![]),
        ] {
            assert_eq!(found(&f, query.clone()).await, expected, "{query:?}");
        }
        let mut mine = tagged("Vip");
        mine.owner = Some(LookedAfter::By(me));
        assert_eq!(found(&f, mine.clone()).await, ["fine"]);
        mine.app = Some("returns".into());
        assert_eq!(found(&f, mine.clone()).await, ["fine"]);
        mine.q = "teas".into();
        assert_eq!(found(&f, mine.clone()).await, ["fine"]);
        mine.q = "both".into();
        assert_eq!(found(&f, mine).await, [""; 0]);
        let counts = counts(&f.owner).await.unwrap().unwrap();
        assert_eq!((counts.total(), counts.need_someone()), (4, 1));
        assert_eq!((counts.need(me), counts.need(stranger)), (1, 0));
        assert_eq!(counts.get(Health::Working), 2);
        let tags = tags(&f.owner).await.unwrap();
        assert_eq!(tags.len(), 1);
        assert_eq!((tags[0].0.key(), tags[0].1), ("vip".to_owned(), 2));
    })
    .await;
}

/// What the time or an app decides changes no order, but is shown and found.
#[tokio::test]
async fn what_lies_over_accounts_changes_no_order() {
    flow::each(async |f| {
        some(&f).await;
        let before = found(&f, AccountsQuery::default()).await;
        f.advance(Span::hours(20));
        let page = list(&f.owner, &AccountsQuery::default()).await.unwrap();
        assert_eq!(names(&page), before);
        assert_eq!(page.rows[2].connections[0].health, Health::Unchecked);
        let late = of(States::One(Health::Unchecked));
        assert_eq!(found(&f, late.clone()).await, ["both", "fine", "late"]);
        let page = list(&f.owner, &late).await.unwrap();
        let first = &page.rows[0].connections[0];
        assert_eq!(first.health, Health::Unchecked, "the one that put it here");
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("fine").await;
        let faulty = of(States::One(Health::SetupFault));
        assert_eq!(found(&f, faulty).await, ["both", "fine", "late"]);
        assert_eq!(found(&f, AccountsQuery::default()).await, before);
        let overview = overview::overview(&f.owner, None).await.unwrap();
        let need = overview.need.iter();
        let need: Vec<_> = need.map(|row| row.customer.subdomain.as_str()).collect();
        assert_eq!(need, ["both"]);
    })
    .await;
}

/// The accounts of an app with a fault are many and the most urgent, but one line tells of
/// them: the overview names those that need somebody for another app.
#[tokio::test]
async fn a_faulty_app_pushes_nobody_out_of_the_overview() {
    flow::each(async |f| {
        some(&f).await;
        let lost = (0..25).map(|n| Given {
            subdomain: format!("aa-lost{n:02}").parse().unwrap(),
            access_token: "access".into(),
            refresh_token: "refresh".into(),
            expires_at: f.world.clock_now().plus(Span::hours(20)),
        });
        let lost = lost.map(|given| (given, GivenState::Lost));
        connect_all_in(&f.owner, &f.app, lost).await.unwrap();
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("fine").await;
        let overview = overview::overview(&f.owner, None).await.unwrap();
        let need = overview.need.iter().map(|account| {
            let leading = account.connections.first().unwrap();
            (
                account.customer.subdomain.as_str(),
                leading.app_slug.as_str(),
            )
        });
        let need: Vec<_> = need.collect();
        assert_eq!(need, [("both", "tracking")]);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_whatever_is_filtered_and_sorted() {
    flow::each(async |f| {
        some(&f).await;
        let me = f.owner.person().unwrap();
        let mut queries = Vec::new();
        for states in [
            States::All,
            States::NeedSomeone,
            States::One(Health::Working),
        ] {
            for owner in [None, Some(LookedAfter::ByNobody), Some(LookedAfter::By(me))] {
                for tag in [None, Some("vip".parse().unwrap())] {
                    for app in [None, Some("returns".to_owned())] {
                        queries.push(AccountsQuery {
                            states,
                            owner,
                            tag: tag.clone(),
                            app,
                            ..Default::default()
                        });
                    }
                }
            }
        }
        for query in queries {
            for sort in Sort::ALL {
                let mut query = AccountsQuery {
                    sort,
                    ..query.clone()
                };
                let whole = list(&f.owner, &query).await.unwrap();
                assert_eq!(whole.next, None);
                let mut seen: Vec<String> = Vec::new();
                query.limit = 1;
                loop {
                    let page = list(&f.owner, &query).await.unwrap();
                    seen.extend(names(&page).into_iter().map(str::to_owned));
                    query.after = page.next;
                    if query.after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, names(&whole), "{query:?}");
            }
        }
        let odd = AccountsQuery {
            after: Some("nonsense".into()),
            ..Default::default()
        };
        let error = list(&f.owner, &odd).await.unwrap_err();
        assert!(matches!(error, ListError::BadCursor));
    })
    .await;
}

/// An account of another tenant is in no list and no count, whatever is asked.
#[tokio::test]
async fn s52_a_list_never_has_another_tenants_accounts() {
    flow::each(async |f| {
        some(&f).await;
        let stranger = f.world.owner("pier").await;
        let me = f.owner.person().unwrap();
        for query in [
            AccountsQuery::default(),
            of(States::NeedSomeone),
            AccountsQuery {
                owner: Some(LookedAfter::By(me)),
                ..Default::default()
            },
            AccountsQuery {
                tag: Some("vip".parse().unwrap()),
                ..Default::default()
            },
            AccountsQuery {
                app: Some("returns".into()),
                ..Default::default()
            },
            AccountsQuery {
                q: "both".into(),
                ..Default::default()
            },
        ] {
            assert_eq!(list(&stranger, &query).await.unwrap().rows, [], "{query:?}");
        }
        let counts = counts(&stranger).await.unwrap().unwrap();
        assert_eq!(counts.total(), 0);
        assert_eq!(tags(&stranger).await.unwrap(), []);
    })
    .await;
}
