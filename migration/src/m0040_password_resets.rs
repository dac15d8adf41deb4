//! Links with which a person sets a new password.

use crate::columns::{at, index, owned_by};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const RESETS: &str = "password_resets";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(RESETS))
                    .col(binary("token_hash").primary_key())
                    .col(uuid("person_id"))
                    .col(at("created_at"))
                    .col(at("expires_at"))
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        for column in ["person_id", "expires_at"] {
            manager
                .create_index(index(RESETS, &[column], false))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new(RESETS)).to_owned())
            .await
    }
}
