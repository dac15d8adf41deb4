//! Apps that a tenant publishes.

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
                    .table(Alias::new("apps"))
                    .col(id())
                    .col(tenant())
                    .col(string("slug"))
                    .col(string("name"))
                    .col(string("client_id"))
                    .col(text("requested_scopes"))
                    .col(text_null("after_install_url"))
                    .col(string("basic_encoding"))
                    .col(boolean("pkce"))
                    .col(at_null("fault_since"))
                    .col(at("created_at"))
                    .col(at("updated_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("apps", &["tenant_id", "slug"], true))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("apps")).to_owned())
            .await?;
        Ok(())
    }
}
