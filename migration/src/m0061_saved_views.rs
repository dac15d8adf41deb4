//! Saved views of the accounts list, and the columns that a person chose for themselves.

use crate::columns::{add, at, id, index, owned_by, remove, tenant};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const VIEWS: &str = "saved_views";
const MEMBERSHIPS: &str = "memberships";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Alias::new(VIEWS))
            .col(id())
            .col(tenant())
            .col(text("name"))
            // The same for names that differ in large and small letters alone.
            .col(string("name_key"))
            // Conditions, order and columns, as JSON.
            .col(text("query"))
            // Who made it; the name stays when they leave.
            .col(uuid("created_by"))
            .col(text("created_by_name"))
            .col(at("created_at"))
            .foreign_key(&mut owned_by("tenants", "tenant_id"))
            .to_owned();
        manager.create_table(table).await?;
        let names = index(VIEWS, &["tenant_id", "name_key"], true);
        manager.create_index(names).await?;
        // Without a choice, the usual columns.
        add(manager, MEMBERSHIPS, string_null("columns")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, MEMBERSHIPS, "columns").await?;
        manager
            .drop_table(Table::drop().table(Alias::new(VIEWS)).to_owned())
            .await
    }
}
