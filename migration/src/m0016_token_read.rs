//! Finds all that a token read needs in one round trip, by the digest of an API
//! token. The tenant is not known before, so a function does this as the
//! tables' owner. A step that changes the columns must make a function with
//! another name: running processes have prepared this one.

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
