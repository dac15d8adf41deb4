//! What `mooring restored` marks after a backup was restored.

use crate::columns::{add, at_null, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // How many events the tenant had at that time, and an id made then:
        // earlier events have smaller ids.
        add(manager, "event_heads", big_integer_null("restored_count")).await?;
        add(manager, "event_heads", uuid_null("restored_mark")).await?;
        // When the tokens came from a backup. It matters until the connection
        // is proven after it.
        add(manager, "connections", at_null("restored_at")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, "connections", "restored_at").await?;
        remove(manager, "event_heads", "restored_mark").await?;
        remove(manager, "event_heads", "restored_count").await
    }
}
