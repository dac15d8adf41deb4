//! What a changed row costs doesn't grow with the number of rows: on SQLite, which has no
//! statistics, triggers find what they read along an index.

use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use secrecy::ExposeSecret;
use service::testing::World;

/// The statements of a trigger, with a value for each column of the row that changed.
fn statements(trigger: &str) -> Vec<String> {
    let (_, body) = trigger.split_once("BEGIN").unwrap();
    let body = body.trim_end().strip_suffix("END").unwrap();
    let statements = body.split(';').map(str::trim);
    let statements = statements.filter(|one| !one.is_empty() && !one.contains("RAISE"));
    statements.map(with_values).collect()
}

fn with_values(statement: &str) -> String {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut all = String::new();
    let mut rest = statement;
    while let Some(at) = rest.find("NEW.").into_iter().chain(rest.find("OLD.")).min() {
        let column = &rest[at + "NEW.".len()..];
        all += &rest[..at];
        all += "x'01'";
        rest = column.trim_start_matches(is_name);
    }
    all + rest
}

#[test]
fn columns_of_the_changed_row_are_replaced() {
    let trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (NEW.id, OLD.x_1); \
                   SELECT RAISE(ABORT, 'no'); DELETE FROM c; END";
    assert_eq!(
        statements(trigger),
        ["INSERT INTO b VALUES (x'01', x'01')", "DELETE FROM c"]
    );
}

#[tokio::test]
async fn triggers_read_the_rows_of_one_account_only() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let db = sea_orm::Database::connect(world.database_url.expose_secret())
        .await
        .unwrap();
    let rows = async |sql: String| {
        let statement = Statement::from_string(DatabaseBackend::Sqlite, sql);
        db.query_all_raw(statement).await.unwrap()
    };
    let triggers = rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'".into()).await;
    let mut steps = 0;
    let mut wide = Vec::new();
    for trigger in &triggers {
        let name: String = trigger.try_get("", "name").unwrap();
        let sql: String = trigger.try_get("", "sql").unwrap();
        for statement in statements(&sql) {
            for row in rows(format!("EXPLAIN QUERY PLAN {statement}")).await {
                let step: String = row.try_get("", "detail").unwrap();
                steps += 1;
                // Tables that grow with the accounts of a tenant.
                let large = [
                    "connections",
                    "accounts",
                    "account_",
                    "connection_grants",
                    "c ",
                    "a ",
                ]
                .iter()
                .any(|table| {
                    step.split_once(' ')
                        .is_some_and(|(_, of)| of.starts_with(table))
                });
                let all = step.starts_with("SCAN") || step.ends_with("(tenant_id=?)");
                // The largest number of a tenant is at the end of an index of numbers.
                let last =
                    step.contains("account_search USING COVERING INDEX account_search_tenant_id (");
                if large && all && !last {
                    wide.push(format!("{name}: {step}"));
                }
            }
        }
    }
    assert!(
        steps > 50,
        "only {steps} steps of {} triggers",
        triggers.len()
    );
    assert!(wide.is_empty(), "{wide:#?}");
}
