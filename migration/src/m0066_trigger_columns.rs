//! On SQLite, triggers name the columns that wake them. Without, each runs for every
//! change of a connection only to find that it has nothing to do, and a refresh pays for it.

use crate::sqlite_triggers;
use sea_orm_migration::prelude::*;

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
    for (trigger, columns) in TRIGGERS {
        sqlite_triggers::rewrite(manager, trigger, |text| new(text, columns)).await?;
    }
    Ok(())
}
