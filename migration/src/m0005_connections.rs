//! Connections: one Gorgias account connected to one app.

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
                    .table(Alias::new("connections"))
                    .col(id())
                    .col(tenant())
                    .col(uuid("app_id"))
                    .col(string("subdomain"))
                    // What we hold: not_connected, connected or lost.
                    .col(string("standing"))
                    .col(string_null("loss_cause"))
                    .col(at_null("standing_since"))
                    .col(string_null("disconnected_by"))
                    .col(boolean("renewable"))
                    .col(text("granted_scopes"))
                    .col(integer("missing_scopes"))
                    .col(string_null("approved_by_name"))
                    .col(string_null("approved_by_email"))
                    .col(at_null("access_expires_at"))
                    // The results of attempts.
                    .col(at_null("last_fine_at"))
                    .col(at_null("last_attempt_at"))
                    .col(at_null("failing_since"))
                    .col(integer("failures"))
                    .col(string_null("failure"))
                    .col(at_null("overdue_at"))
                    // The stored health, when it began, and the last fourteen days.
                    .col(string("health"))
                    .col(at("health_since"))
                    .col(string("strip"))
                    .col(big_integer("strip_day"))
                    // When the next attempt is due, and the lease.
                    .col(at_null("due_at"))
                    .col(big_integer("lease_until").default(0))
                    .col(big_integer("lease_fence").default(0))
                    .col(big_integer("token_version").default(0))
                    .col(at("created_at"))
                    .col(at("updated_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("apps", "app_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "connections",
                &["tenant_id", "app_id", "subdomain"],
                true,
            ))
            .await?;
        manager
            .create_index(index(
                "connections",
                &["tenant_id", "subdomain", "id"],
                false,
            ))
            .await?;
        manager
            .create_index(index(
                "connections",
                &["tenant_id", "health", "subdomain", "id"],
                false,
            ))
            .await?;
        manager
            .create_index(index(
                "connections",
                &["tenant_id", "health_since", "id"],
                false,
            ))
            .await?;
        manager
            .create_index(index("connections", &["app_id"], false))
            .await?;
        manager
            .create_index(index("connections", &["due_at"], false))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("connections")).to_owned())
            .await?;
        Ok(())
    }
}
