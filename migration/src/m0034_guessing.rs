//! Wrong passwords are counted, and the browsers in which a person signed in are
//! known, so that guessing is slowed in all processes without locking anybody out.

use crate::columns::{at, index, owned_by};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FAILURES: &str = "sign_in_failures";
const BROWSERS: &str = "known_browsers";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // By what is counted: a digest of an address, a network, or both.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(FAILURES))
                    .col(binary("key_hash").primary_key())
                    .col(big_integer("failures"))
                    .col(at("last_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(FAILURES, &["last_at"], false))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(BROWSERS))
                    .col(uuid("person_id"))
                    .col(binary("browser_hash"))
                    .col(at("last_seen_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("person_id"))
                            .col(Alias::new("browser_hash")),
                    )
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(BROWSERS, &["last_seen_at"], false))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [BROWSERS, FAILURES] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
