//! Passkeys of people, and challenges that were answered.

use crate::columns::{at, at_null, id, index, owned_by};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const PASSKEYS: &str = "passkeys";
const CHALLENGES: &str = "used_challenges";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(PASSKEYS))
                    .col(id())
                    .col(uuid("person_id"))
                    .col(binary("credential_id"))
                    .col(text("credential"))
                    .col(big_integer("counter"))
                    .col(text("name"))
                    .col(at("created_at"))
                    .col(at_null("last_used_at"))
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        for (column, unique) in [("credential_id", true), ("person_id", false)] {
            manager
                .create_index(index(PASSKEYS, &[column], unique))
                .await?;
        }
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(CHALLENGES))
                    .col(binary("challenge_hash").primary_key())
                    .col(at("expires_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(CHALLENGES, &["expires_at"], false))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [CHALLENGES, PASSKEYS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
