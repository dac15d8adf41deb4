//! Reconnect links for customers' admins.

use crate::columns::{at, at_null, id, index, owned_by, tenant};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("reconnect_links"))
                    .col(id())
                    .col(tenant())
                    .col(uuid("app_id"))
                    .col(uuid("connection_id"))
                    .col(string("subdomain"))
                    .col(binary("token_hash"))
                    .col(string("created_by"))
                    .col(string_null("email"))
                    .col(at("created_at"))
                    .col(at("expires_at"))
                    .col(at_null("opened_at"))
                    .col(at_null("started_at"))
                    .col(at_null("approved_at"))
                    .col(at_null("revoked_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("apps", "app_id"))
                    .foreign_key(&mut owned_by("connections", "connection_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("reconnect_links", &["token_hash"], true))
            .await?;
        manager
            .create_index(index("reconnect_links", &["connection_id", "id"], false))
            .await?;
        manager
            .create_index(index("reconnect_links", &["tenant_id", "id"], false))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(
                Table::drop()
                    .table(Alias::new("reconnect_links"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }
}
