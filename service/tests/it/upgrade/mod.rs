//! A database of an older version with data in it, to the present schema, back,
//! and up again. What the older version can do meanwhile is in `before.rs`.
//!
//! The dumps were made by that version (commit 50947b1) with `sqlite3 .dump` and
//! `pg_dump --inserts`: two tenants, an app each, accounts in several states,
//! links, API tokens, a session, and an audit of which the beginning was cut off.

mod before;
mod postgres;

pub use before::STEPS;

use crate::{flow::sub, rights::ask};
use domain::{
    health::Health,
    time::{Span, Timestamp},
};
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};
use service::{
    api_tokens::{self, ApiRequest},
    audit::{HeadLog, verify, verify_heads},
    connections::{links, list, token},
    core::database::Database,
    people::{membership, sessions},
    testing::{PASSWORD, World},
};

const SQLITE: &str = include_str!("sqlite.sql");

/// What is known of a dump.
struct Known {
    /// The master key, of no use elsewhere.
    key: &'static str,
    /// When it was made.
    now: Timestamp,
    /// An API token.
    api_token: &'static str,
    /// What opens a link.
    link: &'static str,
}

const OF_SQLITE: Known = Known {
    key: "key-5bcbe91a:/ihl/849rwG55dRzxPPQ5UV5XtBHyLrUVAYxGExuacA=",
    now: Timestamp(1_799_468_498_687_551),
    api_token: "mrg_Vkv7rY1Tl_W5shItYWK48r3KvVgDHg-veRHd9y_r0Gg",
    link: "8OW4E0SQTfecbYq9OMDCwJQ1j8PuTChLJgN-hJtlDAk",
};

/// How many steps the present schema has beyond that of the dump.
async fn steps(url: &SecretString) -> u32 {
    ask(url, "SELECT count(*) FROM seaql_migrations")
        .await
        .parse()
        .unwrap()
}

/// All that was there is there, and can be used.
async fn works(url: &SecretString, known: &Known) {
    let world = World::at(url.clone(), SecretString::from(known.key)).await;
    world.clock.advance(known.now.since(world.clock_now()));
    let services = &world.services;
    services.vault().check(services).await.unwrap();

    let token = SecretString::from(known.api_token);
    let caller = api_tokens::authenticate(services, &token, &ApiRequest::default())
        .await
        .unwrap();
    let read = token::read(&caller, "returns", &sub("acme"), Span::minutes(1)).await;
    let text = read.unwrap().access_token;
    assert!(
        text.expose_secret().starts_with("eyJ"),
        "a token of the simulator"
    );

    let password = SecretString::from(PASSWORD);
    let email = "harbour-owner@mooring.example";
    let person = service::testing::sign_in(services, email, &password)
        .await
        .unwrap();
    let slug = "harbour".parse().unwrap();
    let owner = membership::actor(services, person, &slug)
        .await
        .unwrap()
        .unwrap();
    let all = list::list(&owner, &list::ListQuery::default())
        .await
        .unwrap();
    let mut states: Vec<_> = all
        .rows
        .iter()
        .map(|row| (row.subdomain.to_string(), row.health))
        .collect();
    states.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        states,
        [
            ("acme".to_owned(), Health::Working),
            ("busy".to_owned(), Health::Retrying),
            ("gone".to_owned(), Health::Disconnected),
            ("never".to_owned(), Health::NotConnected),
            ("shut".to_owned(), Health::NotConnected),
        ]
    );
    // What was there before the search is found as well, by subdomain and approver.
    for (q, number) in [("gon", 1), ("ann@gone", 1), ("Ann Lee", 4), ("nobody", 0)] {
        let wanted = list::ListQuery {
            q: q.to_owned(),
            ..list::ListQuery::default()
        };
        let found = list::list(&owner, &wanted).await.unwrap();
        assert_eq!(found.rows.len(), number, "{q}");
    }
    let link = links::open(services, &SecretString::from(known.link)).await;
    assert!(matches!(link, Ok(links::Opened::Usable(_))), "{link:?}");
    let id = SecretString::from("a session of the fixture");
    assert!(sessions::load(services, &id).await.unwrap().is_some());

    let reports = verify(services, None).await.unwrap();
    assert_eq!(reports.len(), 2);
    assert!(
        reports.iter().all(|report| report.broken.is_none()),
        "{reports:?}"
    );
    HeadLog::default().note(services).await.unwrap();
    assert!(verify_heads(services).await.unwrap().is_good());
    world.app(&owner, &format!("app-{}", reports[0].last)).await;
}

/// Up, back, up: the rows as they were, and everything usable.
async fn there_and_back<F, G>(url: &SecretString, known: &Known, rows: F, schema: G)
where
    F: AsyncFn() -> String,
    G: AsyncFn() -> String,
{
    let old = steps(url).await;
    let (rows_before, schema_before) = (rows().await, schema().await);
    let db = async || Database::open(url).await.unwrap();
    db().await.migrate().await.unwrap();
    let new = steps(url).await - old;
    assert!(new > 0);
    db().await.migrate_down(new).await.unwrap();
    assert_eq!(rows().await, rows_before);
    assert_eq!(schema().await, schema_before);

    db().await.migrate().await.unwrap();
    works(url, known).await;
    db().await.migrate_down(new).await.unwrap();
    assert_eq!(schema().await, schema_before);
    db().await.migrate().await.unwrap();
    works(url, known).await;
}

#[tokio::test]
async fn a_sqlite_database_of_the_version_before_goes_up_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mooring.db");
    let url = SecretString::from(format!("sqlite://{}?mode=rwc", path.display()));
    let db = sea_orm::Database::connect(url.expose_secret())
        .await
        .unwrap();
    db.execute_unprepared(SQLITE).await.unwrap();
    db.close().await.unwrap();
    let url = SecretString::from(format!("sqlite://{}", path.display()));
    // Each table's rows and each thing's text.
    let tables = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE type = 'table' \
        AND name NOT LIKE 'sqlite%' ORDER BY name)";
    let rows = async || {
        let mut all = String::new();
        for table in ask(&url, tables).await.split(',') {
            let columns = format!(
                "SELECT group_concat('coalesce(quote(' || name || '),'''')', '||') FROM pragma_table_info('{table}')"
            );
            let columns = ask(&url, &columns).await;
            let rows = format!(
                "SELECT group_concat(r, ';') FROM (SELECT {columns} AS r FROM {table} ORDER BY r)"
            );
            all += &format!("{table}: {}\n", ask(&url, &rows).await);
        }
        all
    };
    let schema = async || {
        let text = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name)";
        // SQLite keeps the spaces of what was added and removed.
        ask(&url, text)
            .await
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    there_and_back(&url, &OF_SQLITE, rows, schema).await;
}
