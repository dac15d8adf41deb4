//! On SQLite, triggers name the columns that wake them. Without, each runs for every
//! change of a connection only to find that it has nothing to do, and a refresh pays for it.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Triggers, and the columns that they compare.
const TRIGGERS: [(&str, &str); 3] = [
    ("connections_keep_change", "health, health_since"),
    ("connections_keep_health_change", "health"),
    (
        "connections_keep_grant_change",
        "granted_scopes, scopes_unknown, standing, health, health_since",
    ),
];
const ANY: &str = "AFTER UPDATE ON connections";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, |text, columns| text.replace(ANY, &some(columns))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, |text, columns| text.replace(&some(columns), ANY)).await
    }
}

fn some(columns: &str) -> String {
    format!("AFTER UPDATE OF {columns} ON connections")
}

async fn rewrite(
    manager: &SchemaManager<'_>,
    new: impl Fn(&str, &str) -> String,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if manager.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    for (trigger, columns) in TRIGGERS {
        let text = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?";
        let asked = Statement::from_sql_and_values(DbBackend::Sqlite, text, [trigger.into()]);
        let row = db.query_one_raw(asked).await?;
        let row = row.ok_or_else(|| DbErr::Migration(format!("there is no trigger {trigger}")))?;
        let text: String = row.try_get("", "sql")?;
        db.execute_unprepared(&format!("DROP TRIGGER {trigger}"))
            .await?;
        db.execute_unprepared(&new(&text, columns)).await?;
    }
    Ok(())
}
