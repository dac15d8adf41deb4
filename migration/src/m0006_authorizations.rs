//! Authorizations under way: the state of RFC 6749 4.1.1, and later the result.

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
                    .table(Alias::new("authorizations"))
                    .col(id())
                    .col(tenant())
                    .col(uuid("app_id"))
                    .col(string("subdomain"))
                    // Digests of `state` and of the browser's cookie.
                    .col(binary("state_hash"))
                    .col(binary("browser_hash"))
                    // install, operator or link; the person or link that it belongs to.
                    .col(string("origin"))
                    .col(uuid_null("person_id"))
                    .col(uuid_null("link_id"))
                    .col(text("requested_scopes"))
                    .col(at("created_at"))
                    .col(at("expires_at"))
                    .col(at_null("consumed_at"))
                    .col(text_null("outcome"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("apps", "app_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("authorizations", &["state_hash"], true))
            .await?;
        manager
            .create_index(index("authorizations", &["expires_at"], false))
            .await?;
        manager
            .create_index(index(
                "authorizations",
                &["app_id", "origin", "created_at"],
                false,
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("authorizations")).to_owned())
            .await?;
        Ok(())
    }
}
