//! Settings of a tenant, the brand that its customers see, and its deletion, which
//! can be taken back for a while: what is looked up before a tenant is known finds
//! nothing of a deleted one.

use crate::{
    columns::{add, at, at_null, index, owned_by, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TENANTS: &str = "tenants";
const BRANDS: &str = "brands";
/// In microseconds.
const SEVEN_DAYS: i64 = 604_800_000_000;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Processes of the version before add tenants without these.
        for column in [
            big_integer("link_life").default(SEVEN_DAYS).take(),
            text("zone").default("UTC").take(),
            // For ever, if there is no time.
            big_integer_null("events_kept"),
            big_integer_null("audit_kept"),
            at_null("deleted_at"),
            text_null("deleted_by"),
        ] {
            add(manager, TENANTS, column).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(BRANDS))
                    .col(uuid("tenant_id").primary_key())
                    // New at each change, so that browsers may keep what it names.
                    .col(string("file_name"))
                    .col(string_null("color_light"))
                    .col(string_null("color_dark"))
                    .col(string_null("contact"))
                    .col(string_null("logo_type"))
                    .col(binary_null("logo"))
                    .col(at("saved_at"))
                    .foreign_key(&mut owned_by(TENANTS, "tenant_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(BRANDS, &["file_name"], true))
            .await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        // The version before knows no deleted tenants: these are there again, and
        // their connections, which rest, are checked.
        let wake = "UPDATE connections SET due_at = 0, overdue_at = CASE WHEN renewable THEN 0 END \
            WHERE due_at IS NULL AND standing = 'connected' \
            AND tenant_id IN (SELECT id FROM tenants WHERE deleted_at IS NOT NULL)";
        manager.get_connection().execute_unprepared(wake).await?;
        manager
            .drop_table(Table::drop().table(Alias::new(BRANDS)).to_owned())
            .await?;
        for column in [
            "deleted_by",
            "deleted_at",
            "audit_kept",
            "events_kept",
            "zone",
            "link_life",
        ] {
            remove(manager, TENANTS, column).await?;
        }
        Ok(())
    }
}
