//! A chain over the heads of all tenants' audits. A tenant's chain shows
//! changes to its entries. If the whole chain is removed, with key and head,
//! nothing is left in it that shows this. So once a minute the worker records
//! the heads that changed, in a chain of the installation's own.

use crate::{
    columns::{add, at, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The key of the chain, sealed under the installation's data key.
fn key() -> [ColumnDef; 3] {
    [
        uuid_null("head_log_data_key_id"),
        binary_null("head_log_key_nonce"),
        binary_null("head_log_key"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("head_log"))
                    .col(big_integer("number").primary_key())
                    .col(at("at"))
                    // Whether the entry holds all heads, or only those that changed.
                    .col(boolean("whole"))
                    // 64 bytes for each: tenant, first, count, last MAC.
                    .col(binary("heads"))
                    .col(binary("mac"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("head_log_end"))
                    .col(integer("id").primary_key())
                    .col(big_integer("first"))
                    .col(binary("first_mac"))
                    .col(big_integer("count"))
                    .col(binary("last_mac"))
                    .col(at("at"))
                    .col(binary("seal"))
                    .to_owned(),
            )
            .await?;
        for column in key() {
            add(manager, "installation", column).await?;
        }
        // The worker looks at the heads of all tenants.
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        for column in key() {
            remove(manager, "installation", &column.get_column_name()).await?;
        }
        for table in ["head_log_end", "head_log"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
