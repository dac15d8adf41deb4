//! The limits of an API token: the networks that it is limited to, and the
//! addresses that it was used from.
//!
//! A token read also gets the networks, and the scopes that the app requests.
//! On PostgreSQL that needs a function with another name than
//! `mooring_token_read`, which processes of the previous version go on using.

use crate::{
    columns::{add, at, index, owned_by, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "api_token_addresses";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "api_tokens", text_null("networks")).await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(TABLE))
                    .col(tenant())
                    .col(uuid("token_id"))
                    .col(string("network"))
                    .col(at("first_seen_at"))
                    .col(at("last_seen_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("token_id"))
                            .col(Alias::new("network")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("api_tokens", "token_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(TABLE, &["tenant_id"], false))
            .await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        manager
            .drop_table(Table::drop().table(Alias::new(TABLE)).to_owned())
            .await?;
        remove(manager, "api_tokens", "networks").await
    }
}
