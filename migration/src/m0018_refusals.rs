//! Counts refusals of an app's connections: many in a row put its credentials in doubt.

use crate::columns::{add, at_null, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            add(manager, "apps", column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            remove(manager, "apps", &column.get_column_name()).await?;
        }
        Ok(())
    }
}

fn columns() -> [ColumnDef; 4] {
    [
        // Connections refused in a row, while no other one was renewed.
        integer("refused_in_a_row").default(0).take(),
        at_null("refused_since"),
        // Whether the app's fault comes from many refusals in a row.
        boolean("fault_by_refusals").default(false).take(),
        // Until when a person's confirmation of the credentials holds.
        at_null("refusals_accepted_until"),
    ]
}
