//! Few and many agree, and the indexes are used.

use super::{Found, find_at_most};
use crate::{
    core::{queries::FIND_ACCOUNTS, rows::Rows},
    entity::{account, connection},
    tenancy::{Actor, Tx},
    testing::{World, on_each_database},
};
use domain::app_limit::AppLimit;
use sea_orm::{ConnectionTrait, QueryOrder, QueryTrait, Statement};
use std::collections::BTreeSet;

/// Accounts without connections, as any version makes them: `zab0000` and so on, every
/// tenth one called “Müller & Söhne”.
async fn fill(world: &World, owner: &Actor, number: usize) {
    let tenant = world.uuid(owner.tenant().0);
    let rows = |from: usize| {
        let rows = (from..number.min(from + 1_000)).map(|n| {
            let name = if n % 10 == 0 {
                "'Müller & Söhne'"
            } else {
                "NULL"
            };
            format!("({tenant}, 'zab{n:04}', {name}, 0)")
        });
        rows.collect::<Vec<_>>().join(", ")
    };
    for from in (0..number).step_by(1_000) {
        let sql = "INSERT INTO accounts (tenant_id, subdomain, name, created_at) VALUES ";
        world.execute(&format!("{sql}{}", rows(from))).await;
    }
}

async fn connect(
    world: &World,
    owner: &Actor,
    app: &crate::records::app::App,
    account: &str,
    by: &str,
) {
    use crate::testing::fill::{Given, connect_all};
    let given = Given {
        subdomain: account.parse().unwrap(),
        access_token: "access".into(),
        refresh_token: "refresh".into(),
        expires_at: world.clock_now(),
    };
    connect_all(owner, app, [given]).await.unwrap();
    let app = world.uuid(app.id.0);
    world
        .execute(&format!(
            "UPDATE connections SET approved_by_name = '{by}', approved_by_email = '{account}@approver.example' \
             WHERE subdomain = '{account}' AND app_id = {app}"
        ))
        .await;
}

async fn accounts(tx: &Tx, found: &Found) -> Vec<String> {
    let query = found.rows::<account::Entity>(tx, account::Column::Subdomain);
    let query = query.order_by_asc(account::Column::Subdomain);
    let rows: Vec<account::Model> = query.readable(&**tx, "a test").await.unwrap();
    rows.iter().map(|row| row.subdomain.to_string()).collect()
}

async fn connections(tx: &Tx, found: &Found) -> usize {
    let query = found.rows::<connection::Entity>(tx, connection::Column::Subdomain);
    let rows: Vec<connection::Model> = query.readable(&**tx, "a test").await.unwrap();
    rows.len()
}

/// What an actor finds, of which it makes no difference how much it is.
async fn found(actor: &Actor, typed: &str) -> (Vec<String>, usize) {
    let tx = actor.read().await.unwrap();
    let few = find_at_most(actor, &tx, typed, 1_000).await.unwrap();
    assert!(matches!(few, Found::Few(_)), "{typed}");
    let by_few = (accounts(&tx, &few).await, connections(&tx, &few).await);
    if !by_few.0.is_empty() {
        let many = find_at_most(actor, &tx, typed, 0).await.unwrap();
        assert!(matches!(many, Found::Many(_)), "{typed}");
        let by_many = (accounts(&tx, &many).await, connections(&tx, &many).await);
        assert_eq!(by_few, by_many, "{typed}");
        // Among some accounts, both find the same of them.
        let some = ["acme", "zab0000"].map(|name| name.parse().unwrap());
        let some = BTreeSet::from(some);
        let of_few = few.among(&tx, &some).await.unwrap();
        let of_many = many.among(&tx, &some).await.unwrap();
        let names = by_few.0.iter();
        let expected: Vec<_> = names
            .filter(|name| some.contains(&name.parse().unwrap()))
            .collect();
        let of_few = accounts(&tx, &of_few).await;
        assert_eq!(of_few.iter().collect::<Vec<_>>(), expected, "{typed}");
        assert_eq!(accounts(&tx, &of_many).await, of_few, "{typed}");
    }
    by_few
}

#[tokio::test]
async fn few_and_many_are_the_same_accounts() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let returns = world.app(&owner, "returns").await;
        let orders = world.app(&owner, "orders-hub").await;
        connect(&world, &owner, &returns, "acme", "Zoë Ünal").await;
        connect(&world, &owner, &orders, "acme", "Bo *[x]?^ O''Neil").await;
        connect(&world, &owner, &orders, "bolt-shoes", "D_n 100% C:\\ \"q\"").await;
        fill(&world, &owner, 1).await;
        for (typed, accounts, rows) in [
            ("acm", "acme", 2),
            ("CME", "acme", 2),
            ("ünal", "acme", 2),
            ("ÜNAL", "acme", 2),
            ("zoË ü", "acme", 2),
            ("unal", "", 0),
            ("acme@approver", "acme", 2),
            ("o'neil", "acme", 2),
            ("*[x]?^ o", "acme", 2),
            ("[x]", "acme", 2),
            ("*x*", "", 0),
            ("xme", "", 0),
            ("d_n", "bolt-shoes", 1),
            ("dxn", "", 0),
            ("100%", "bolt-shoes", 1),
            ("1%0", "", 0),
            ("c:\\ \"q\"", "bolt-shoes", 1),
            ("\"", "", 0),
            ("\" OR \"acme", "", 0),
            ("acme*", "", 0),
            ("-shoes", "bolt-shoes", 1),
            ("zoë ünal\nacme", "", 0),
            // Texts of different things are no text together.
            ("acmezo", "", 0),
            // Names of apps, by their connections.
            ("return", "acme", 1 + 1),
            ("-hub", "acme bolt-shoes", 3),
            ("hu", "acme bolt-shoes", 3),
            ("ub", "", 0),
            // One and two letters: beginnings of words.
            ("b", "acme bolt-shoes", 3),
            ("sh", "bolt-shoes", 1),
            ("ho", "", 0),
            ("ü", "acme", 2),
            ("ÜN", "acme", 2),
            ("ne", "acme", 2),
            ("c", "bolt-shoes", 1),
            ("mü", "zab0000", 0),
            ("SÖ", "zab0000", 0),
            ("öh", "", 0),
            ("müller & söhne", "zab0000", 0),
            (" & ", "", 0),
            ("👍👍👍", "", 0),
        ] {
            let expected = accounts
                .split_terminator(' ')
                .map(str::to_owned)
                .collect::<Vec<_>>();
            assert_eq!(found(&owner, typed).await, (expected, rows), "{typed}");
        }
        let tx = owner.read().await.unwrap();
        assert!(matches!(
            find_at_most(&owner, &tx, " ", 0).await.unwrap(),
            Found::All
        ));
    })
    .await;
}

/// security.md 53: who may see one app's connections learns nothing of the other app's
/// approvers, nor which accounts it has.
#[tokio::test]
async fn s53_approvers_and_names_of_other_apps_are_not_found() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let returns = world.app(&owner, "returns").await;
        let orders = world.app(&owner, "orders").await;
        connect(&world, &owner, &returns, "acme", "Ann").await;
        connect(&world, &owner, &orders, "acme", "Berta").await;
        let mut limited = owner.clone();
        limited.apps = AppLimit::Only(BTreeSet::from([returns.id]));
        for (typed, number) in [
            ("ann", 1),
            ("an", 1),
            ("acme", 1),
            ("ret", 1),
            ("berta", 0),
            ("be", 0),
            ("orders", 0),
        ] {
            assert_eq!(found(&limited, typed).await.0.len(), number, "{typed}");
            assert_eq!(found(&owner, typed).await.0.len(), 1, "{typed}");
        }
    })
    .await;
}

async fn explained(actor: &Actor, tx: &Tx, mut statement: Statement) -> String {
    let sqlite = actor.db.is_sqlite();
    let explain = if sqlite {
        "EXPLAIN QUERY PLAN "
    } else {
        "EXPLAIN "
    };
    statement.sql.insert_str(0, explain);
    let rows = tx.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult| -> String {
        let place = if sqlite { 3 } else { 0 };
        row.try_get_by_index(place).unwrap()
    };
    rows.iter().map(text).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_index_is_used_for_a_few_thousand_accounts() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        fill(&world, &owner, 4_000).await;
        world.execute("ANALYZE").await;
        let tx = owner.read().await.unwrap();
        if !owner.db.is_sqlite() {
            // So few rows are read as fast one after the other: let each comparison cost more.
            for setting in ["cpu_operator_cost = 1", "random_page_cost = 0"] {
                let set = format!("SET LOCAL {setting}");
                tx.execute_unprepared(&set).await.unwrap();
            }
        }
        let used = "SELECT pg_stat_get_xact_numscans('account_search_words'::regclass) AS n";
        let mut before = 0;
        for (typed, number) in [
            ("ab1234", 1),
            ("nobody", 0),
            ("zab399", 10),
            ("qx", 0),
            ("q", 0),
        ] {
            let found = find_at_most(&owner, &tx, typed, 100).await.unwrap();
            let Found::Few(few) = found else {
                panic!("{typed}: {found:?}")
            };
            assert_eq!(few.len(), number, "{typed}");
            if !owner.db.is_sqlite() {
                let asked = Statement::from_string(world.backend, used);
                let row = tx.query_one_raw(asked).await.unwrap().unwrap();
                let now: i64 = row.try_get("", "n").unwrap();
                assert!(now > before, "{typed}: {now}");
                before = now;
            }
        }
        if owner.db.is_sqlite() {
            let values = [
                owner.tenant().into(),
                "ab1234".into(),
                true.into(),
                9.into(),
            ];
            let plan = explained(&owner, &tx, FIND_ACCOUNTS.with(&owner.db, values)).await;
            assert!(plan.contains("p VIRTUAL TABLE INDEX"), "{plan}");
            assert!(
                plan.contains("SEARCH s USING INTEGER PRIMARY KEY"),
                "{plan}"
            );
        }
    })
    .await;
}

/// Without statistics, as in all installations on SQLite.
#[tokio::test]
async fn lists_read_the_found_accounts_and_not_the_whole_tenant() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let owner = world.owner("harbour").await;
    fill(&world, &owner, 20).await;
    let tx = owner.read().await.unwrap();
    let found = find_at_most(&owner, &tx, "zab000", 100).await.unwrap();
    let accounts = found.rows::<account::Entity>(&tx, account::Column::Subdomain);
    let accounts = accounts.order_by_asc(account::Column::Subdomain);
    let connections = found.rows::<connection::Entity>(&tx, connection::Column::Subdomain);
    let connections = connections.order_by_asc(connection::Column::Subdomain);
    for statement in [
        accounts.build(world.backend),
        connections.build(world.backend),
    ] {
        let plan = explained(&owner, &tx, statement).await;
        assert!(plan.contains("(tenant_id=? AND subdomain=?)"), "{plan}");
    }
}
