//! An API token's rate, and the secret that a rotation replaced, which works for a
//! while.
//!
//! A token read gets both. On PostgreSQL that needs a function with another name
//! than `mooring_token_at_hand`, which processes of the version before go on using.

use crate::{
    columns::{add, at_null, index, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "api_tokens";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // The usual rate, if there is none.
            integer_null("rate_per_second"),
            integer_null("rate_burst"),
            at_null("rotated_at"),
            string_null("old_prefix"),
            binary_null("old_token_hash"),
            at_null("old_works_until"),
        ] {
            add(manager, TABLE, column).await?;
        }
        manager
            .create_index(index(TABLE, &["old_token_hash"], true))
            .await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        let index = Index::drop()
            .name("api_tokens_old_token_hash")
            .table(Alias::new(TABLE))
            .to_owned();
        manager.drop_index(index).await?;
        for column in [
            "old_works_until",
            "old_token_hash",
            "old_prefix",
            "rotated_at",
            "rate_burst",
            "rate_per_second",
        ] {
            remove(manager, TABLE, column).await?;
        }
        Ok(())
    }
}
