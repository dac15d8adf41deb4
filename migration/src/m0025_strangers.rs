//! Counts approvals without an operator or a link, in the rows that are stored
//! anyway, and keeps Gorgias' answer to an app's last exchange for its
//! operators.

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

fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        // The network of the browser: an IPv4 address, or an IPv6 network of 64 bits.
        ("authorizations", string_null("network")),
        // Whether tokens were given.
        ("authorizations", boolean("approved").default(false).take()),
        // When an exchange was last refused with `invalid_client`, and by which account.
        ("apps", at_null("exchange_refused_at")),
        ("apps", string_null("exchange_refused_by")),
    ]
}
