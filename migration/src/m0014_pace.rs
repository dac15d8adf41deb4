//! The pace of token requests, shared by all processes, and when an app with
//! refused credentials is tried next.

use crate::columns::{add, at, at_null, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("pace"))
                    .col(integer("id").primary_key())
                    // On the database's clock, in microseconds.
                    .col(at("free_at").default(0))
                    // Halvings of the rate after many 429s, and since when.
                    .col(integer("slow").default(0))
                    .col(at("slow_since").default(0))
                    .to_owned(),
            )
            .await?;
        manager
            .exec_stmt(
                Query::insert()
                    .into_table(Alias::new("pace"))
                    .columns([Alias::new("id")])
                    .values_panic([1.into()])
                    .to_owned(),
            )
            .await?;
        add(manager, "apps", at_null("probe_at")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, "apps", "probe_at").await?;
        manager
            .drop_table(Table::drop().table(Alias::new("pace")).to_owned())
            .await
    }
}
