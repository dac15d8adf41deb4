//! What a read of a token needs, in one round trip: found by the digest of an
//! API token, before its tenant is known, and therefore by a function that
//! runs as the tables' owner. A step that has to change the columns makes a
//! function of another name: processes that run meanwhile have prepared this one.

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
