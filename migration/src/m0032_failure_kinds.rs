//! The kind of failure that keeps a connection from being renewed; permissions
//! that couldn't be read; and credentials of an app that one connection reports
//! as refused, until another one confirms it.

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
        // How the last attempt failed, if it did.
        ("connections", string_null("failure_kind")),
        // Since when Gorgias answers, but refuses this account.
        ("connections", at_null("refused_since")),
        // Whether the permissions in Gorgias' last answer could not be read.
        (
            "connections",
            boolean("scopes_unknown").default(false).take(),
        ),
        // When a connection got an `invalid_client` that is not confirmed yet,
        // and which one.
        ("apps", at_null("client_refused_at")),
        ("apps", uuid_null("client_refused_by")),
    ]
}
