//! What kind of failure keeps a connection from being renewed; permissions that
//! couldn't be read; and an app's credentials that one connection saw refused,
//! until another one confirms it.

use crate::columns::{add, at_null, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            add(manager, table, column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            remove(manager, table, &column.get_column_name()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 5] {
    [
        // What the last attempt ended with, if it failed.
        ("connections", string_null("failure_kind")),
        // Since when Gorgias answers, but refuses this account.
        ("connections", at_null("refused_since")),
        // Whether what Gorgias said last of the permissions could not be read.
        (
            "connections",
            boolean("scopes_unknown").default(false).take(),
        ),
        // When a connection got `invalid_client` that nobody confirmed yet, and which.
        ("apps", at_null("client_refused_at")),
        ("apps", uuid_null("client_refused_by")),
    ]
}
