//! Credentials that can't be read are set aside, so that bringing the others
//! under a new data key goes on.

use crate::columns::at_null;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("credentials"))
                    .add_column(at_null("set_aside_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("credentials"))
                    .drop_column(Alias::new("set_aside_at"))
                    .to_owned(),
            )
            .await
    }
}
