//! The language of a reconnect link and of an authorization, and who approved with a link.

use crate::columns::{add, at_null, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const LINKS: &str = "reconnect_links";
const AUTHORIZATIONS: &str = "authorizations";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The reader's browser decides where there is none.
        add(manager, LINKS, string_null("language")).await?;
        // When this link itself was approved with; `approved_at` is also when another
        // approval ended it. Links that were used before keep the page that they had.
        add(manager, LINKS, at_null("used_at")).await?;
        add(manager, LINKS, text_null("used_by")).await?;
        add(manager, AUTHORIZATIONS, string_null("language")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, AUTHORIZATIONS, "language").await?;
        for column in ["used_by", "used_at", "language"] {
            remove(manager, LINKS, column).await?;
        }
        Ok(())
    }
}
