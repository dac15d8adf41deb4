//! The queue of mails. A mail's text is sealed, and removed once it was sent.

use crate::{
    columns::{at, at_null, id, index, owned_by},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const MAILS: &str = "mails";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(MAILS))
                    .col(id())
                    // None for mails to a person who may belong to several tenants.
                    .col(uuid_null("tenant_id"))
                    .col(string("kind"))
                    // What it is about, by its kind: an invitation, a link, a person.
                    .col(uuid("about"))
                    .col(string("state"))
                    .col(at("created_at"))
                    // The next attempt; NULL once there is none. An attempt moves it
                    // ahead, so that no other process makes the same one.
                    .col(at_null("due_at"))
                    .col(at("expires_at"))
                    .col(big_integer("attempts"))
                    // What the mail server said last.
                    .col(text_null("answer"))
                    .col(at_null("finished_at"))
                    .col(uuid_null("data_key_id"))
                    .col(binary_null("nonce"))
                    .col(binary_null("ciphertext"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        for columns in [
            &["due_at"][..],
            &["finished_at"],
            &["about"],
            &["tenant_id", "finished_at"],
        ] {
            manager.create_index(index(MAILS, columns, false)).await?;
        }
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        manager
            .drop_table(Table::drop().table(Alias::new(MAILS)).to_owned())
            .await
    }
}
