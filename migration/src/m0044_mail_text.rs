//! What a tenant's mails say, and where answers go.

use crate::{
    columns::{add, remove},
    functions,
};
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
        add(manager, TENANTS, answers).await?;
        // Of m0035, but it asks whether a tenant is deleted, which m0038 notes.
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        remove(manager, TENANTS, "mail_answers_to").await?;
        remove(manager, TENANTS, "mail_text").await
    }
}
