//! Bearer tokens of the machine API, kept as digests.

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
                    .table(Alias::new("api_tokens"))
                    .col(id())
                    .col(tenant())
                    .col(uuid_null("app_id"))
                    .col(string("name"))
                    .col(string("role"))
                    .col(string("prefix"))
                    .col(binary("token_hash"))
                    .col(string("created_by"))
                    .col(at("created_at"))
                    .col(at_null("expires_at"))
                    .col(at_null("last_used_at"))
                    .col(at_null("revoked_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("apps", "app_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("api_tokens", &["token_hash"], true))
            .await?;
        manager
            .create_index(index("api_tokens", &["tenant_id", "id"], false))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("api_tokens")).to_owned())
            .await?;
        Ok(())
    }
}
