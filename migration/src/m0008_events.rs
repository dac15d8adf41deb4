//! Timelines: what happened to each connection.

use crate::columns::{at, id, index, owned_by, tenant};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("events"))
                    .col(id())
                    .col(tenant())
                    .col(uuid("connection_id"))
                    .col(string("kind"))
                    .col(text("actor"))
                    .col(text("details"))
                    .col(at("at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("connections", "connection_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("events", &["connection_id", "id"], false))
            .await?;
        manager
            .create_index(index("events", &["tenant_id", "id"], false))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("events")).to_owned())
            .await?;
        Ok(())
    }
}
