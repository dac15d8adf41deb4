//! Tenants: the companies that publish apps.

use crate::columns::{at, id, index};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("tenants"))
                    .col(id())
                    .col(string("slug"))
                    .col(string("name"))
                    .col(at("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("tenants", &["slug"], true))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("tenants")).to_owned())
            .await?;
        Ok(())
    }
}
