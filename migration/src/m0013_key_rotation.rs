//! Unreadable credentials are marked, so that re-encryption under a new data
//! key can continue with the others; and apps have a second slot for a client
//! secret.

use crate::{
    columns::{add, at_null, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::string_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Facts about an app's next and previous client secret.
fn columns() -> [ColumnDef; 5] {
    [
        at_null("next_secret_added_at"),
        string_null("next_secret_added_by"),
        at_null("next_secret_tested_at"),
        string_null("next_secret_result"),
        at_null("previous_secret_until"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "credentials", at_null("set_aside_at")).await?;
        for column in columns() {
            add(manager, "apps", column).await?;
        }
        // The worker cleans up for all tenants.
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        for column in columns() {
            remove(manager, "apps", &column.get_column_name()).await?;
        }
        remove(manager, "credentials", "set_aside_at").await
    }
}
