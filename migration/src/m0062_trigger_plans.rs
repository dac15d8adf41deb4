//! On SQLite, triggers find the connections of an account by its index. Without statistics
//! SQLite took another index, which holds all columns that they read, and went through all
//! connections of the tenant for each row that changed.

use crate::sqlite_triggers;
use sea_orm_migration::prelude::*;

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
    for trigger in TRIGGERS {
        sqlite_triggers::rewrite(manager, trigger, |text| text.replace(from, to)).await?;
    }
    Ok(())
}
