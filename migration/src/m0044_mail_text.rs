//! What a tenant's mails say, and where answers go.

use crate::columns::{add, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TENANTS: &str = "tenants";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Mooring's own words, unless the tenant has some.
        add(manager, TENANTS, text_null("mail_text")).await?;
        // Processes of the version before add tenants without this.
        let answers = text("mail_answers_to").default("sender").take();
        add(manager, TENANTS, answers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, TENANTS, "mail_answers_to").await?;
        remove(manager, TENANTS, "mail_text").await
    }
}
