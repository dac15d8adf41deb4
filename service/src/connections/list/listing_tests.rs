//! Lists by scopes are read along indexes of sets.

use super::*;
use crate::testing::{
    World,
    fill::{Given, connect_all},
    on_each_database,
};
use crate::{connections::counts::visible_apps, tenancy::Actor};
use domain::{ids::ConnectionId, scope_plan::ScopeFilter, time::Span};
use sea_orm::{ConnectionTrait, DatabaseBackend, QueryResult, Statement};

async fn plan(world: &World, tx: &Tx, query: Select<Entity>) -> String {
    let query = query.limit(51).build(world.backend);
    let sqlite = world.backend == DatabaseBackend::Sqlite;
    let explain = if sqlite {
        "EXPLAIN QUERY PLAN"
    } else {
        "EXPLAIN"
    };
    let sql = format!("{explain} {}", query.sql);
    let values = query.values.unwrap().0;
    let statement = Statement::from_sql_and_values(world.backend, sql, values);
    let rows = tx.query_all_raw(statement).await.unwrap();
    let text =
        |row: &QueryResult| -> String { row.try_get_by_index(if sqlite { 3 } else { 0 }).unwrap() };
    rows.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// Neither reads all connections nor sorts them, however many there are.
fn is_along_sets(plan: &str, index: &str, of: &str) {
    assert!(plan.contains(index), "{of} begins in {index}:\n{plan}");
    for never in [
        "Seq Scan on connections",
        "SCAN connections",
        "TEMP B-TREE",
        "Sort Key",
        "Hash Join",
    ] {
        assert!(!plan.contains(never), "{of}:\n{plan}");
    }
}

async fn filled(world: &World, owner: &Actor, app: &App) {
    let given = |n: usize| Given {
        subdomain: format!("shop{n:04}").parse().unwrap(),
        access_token: "access".into(),
        refresh_token: "refresh".into(),
        expires_at: world.clock_now().plus(Span::hours(20)),
    };
    connect_all(owner, app, (0..2_000).map(given))
        .await
        .unwrap();
    world
        .execute(
            "UPDATE connections SET granted_scopes = 'openid', \
             health = CASE WHEN subdomain LIKE '%07' THEN 'working' ELSE 'limited' END WHERE subdomain LIKE '%7'",
        )
        .await;
    // SQLite has no statistics, as in all installations. PostgreSQL reads all of so few rows
    // as fast as some of them, so it gets ten times as many.
    if world.backend != DatabaseBackend::Sqlite {
        // A transaction each: PostgreSQL reads all versions of a kept number that one wrote.
        for n in 1..10 {
            let sql = format!(
                "INSERT INTO connections SELECT more.* FROM connections c \
                 CROSS JOIN LATERAL jsonb_populate_record(c, jsonb_build_object(\
                 'id', gen_random_uuid(), 'subdomain', '{n}' || c.subdomain)) more \
                 WHERE c.subdomain LIKE 'shop%'"
            );
            world.execute(&sql).await;
        }
        world.execute("ANALYZE").await;
    }
}

#[tokio::test]
async fn a_list_by_scopes_reads_its_sets_in_order_and_no_other_connections() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let app = world.app(&owner, "returns").await;
        filled(&world, &owner, &app).await;
        let tx = owner.read().await.unwrap();
        let apps = visible_apps(&owner, &tx).await.unwrap();
        let narrow = Narrow {
            states: None,
            restrict: Condition::all(),
            among: None,
            connected: false,
        };
        for (sort, after) in Sort::ALL
            .into_iter()
            .flat_map(|sort| [(sort, false), (sort, true)])
        {
            let wanted = ListQuery {
                permissions: Some(ScopeFilter::Missing),
                sort,
                ..ListQuery::default()
            };
            let sets = Listing::sets(&tx, &apps, &wanted, &narrow).await.unwrap();
            assert_eq!(sets.as_ref().unwrap().len(), 1, "of two");
            let cursor = after.then(|| Cursor {
                severity: Health::Working.severity(),
                since: world.clock_now(),
                subdomain: "shop0999".into(),
                id: ConnectionId(uuid::Uuid::nil()),
            });
            let listing = Listing {
                tx: &tx,
                apps: &apps,
                wanted: &wanted,
                narrow: &narrow,
                found: Found::All,
                sets,
                now: world.clock_now(),
                cursor,
            };
            let by_time = ByTime::find(&tx, listing.now).await.unwrap();
            let of = format!("{sort:?}, after another page: {after}");
            match sort {
                Sort::Worst => {
                    let ranges = listing.ranges(&by_time, Some(&[Health::Working]));
                    assert_eq!(ranges.len(), 1);
                    for (source, states) in ranges {
                        for state in states {
                            let query = listing.of(&source, state);
                            let keys = source.keys();
                            let query = Listing::after_name(query, &keys, listing.cursor.as_ref());
                            let plan = plan(&world, &tx, query).await;
                            is_along_sets(
                                &plan,
                                "connection_grants_tenant_id_set_id_health_subdomain",
                                &of,
                            );
                        }
                    }
                    let none = listing.ranges(&by_time, Some(&[Health::Retrying]));
                    assert!(
                        none.is_empty(),
                        "no query for a state that no connection has"
                    );
                }
                Sort::Name => {
                    for (_, source) in listing.sources() {
                        let query = listing.of(&source, InState::any(Condition::all()));
                        let keys = source.keys();
                        let query = Listing::after_name(query, &keys, listing.cursor.as_ref());
                        let plan = plan(&world, &tx, query).await;
                        is_along_sets(&plan, "connection_grants_tenant_id_set_id_subdomain", &of);
                    }
                }
                Sort::Changed => {
                    for (source, states) in listing.ranges(&by_time, None) {
                        let query = listing.last_changed(&source, states);
                        let plan = plan(&world, &tx, query).await;
                        is_along_sets(
                            &plan,
                            "connection_grants_tenant_id_set_id_health_since_subdomain",
                            &of,
                        );
                    }
                }
            }
        }
    })
    .await;
}

/// More sets than have a query each: the app is walked, with the same result.
#[tokio::test]
async fn any_number_of_sets_gives_the_same_list() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let app = world.app(&owner, "returns").await;
        let given = |n: usize| Given {
            subdomain: format!("shop{n:03}").parse().unwrap(),
            access_token: "access".into(),
            refresh_token: "refresh".into(),
            expires_at: world.clock_now().plus(Span::hours(20)),
        };
        let many = MOST_SETS + 5;
        connect_all(&owner, &app, (0..many).map(given))
            .await
            .unwrap();
        world
            .execute(
                "UPDATE connections SET granted_scopes = 'openid ' || subdomain || ':read' WHERE subdomain <> 'shop000'",
            )
            .await;
        let list = async |sort| {
            let wanted = ListQuery {
                permissions: Some(ScopeFilter::Extra),
                sort,
                limit: 200,
                ..ListQuery::default()
            };
            super::super::list(&owner, &wanted).await.unwrap()
        };
        for sort in Sort::ALL {
            let page = list(sort).await;
            assert_eq!(page.rows.len(), 200, "{sort:?}");
            assert!(page.next.is_some());
            assert!(page.rows.iter().all(|row| row.subdomain.as_str() != "shop000"));
        }
        world
            .execute("UPDATE connections SET granted_scopes = 'openid' WHERE subdomain > 'shop199'")
            .await;
        let few = list(Sort::Name).await;
        assert_eq!(few.rows.len(), 199);
    })
    .await;
}
