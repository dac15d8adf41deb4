//! On SQLite, triggers find the connections of an account by its index. Without statistics
//! SQLite took another index, which holds all columns that they read, and went through all
//! connections of the tenant for each row that changed.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Triggers of `m0051_kept_counts` that look for the worst connection of an account.
const TRIGGERS: [&str; 3] = [
    "connections_account",
    "connections_keep_change",
    "connections_keep_removal",
];
const ANY_INDEX: &str = "FROM connections c WHERE";
const BY_ACCOUNT: &str = "FROM connections c INDEXED BY connections_tenant_id_subdomain_id WHERE";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, ANY_INDEX, BY_ACCOUNT).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, BY_ACCOUNT, ANY_INDEX).await
    }
}

async fn rewrite(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if manager.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    for trigger in TRIGGERS {
        let text = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?";
        let asked = Statement::from_sql_and_values(DbBackend::Sqlite, text, [trigger.into()]);
        let row = db.query_one_raw(asked).await?;
        let row = row.ok_or_else(|| DbErr::Migration(format!("there is no trigger {trigger}")))?;
        let text: String = row.try_get("", "sql")?;
        db.execute_unprepared(&format!("DROP TRIGGER {trigger}"))
            .await?;
        db.execute_unprepared(&text.replace(from, to)).await?;
    }
    Ok(())
}
