//! Removes old entries of the audit. The program's role may not remove entries
//! itself; the function removes only those before the checkpoint in the head.

use crate::functions;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await
    }
}
