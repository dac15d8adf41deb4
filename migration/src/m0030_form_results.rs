//! The results of posted forms, each for the session that posted it.

use crate::columns::{at, index};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "form_results";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Removed together with their session. The key is the form's own: a
        // second post of the form finds the row of the first.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(TABLE))
                    .col(binary("session_hash"))
                    .col(string("key"))
                    // The page that shows the result, and its whole address; empty while the
                    // form is being processed.
                    .col(text("page"))
                    .col(text_null("location"))
                    .col(text_null("outcome"))
                    // Sealed; it is shown for two minutes.
                    .col(binary_null("secret"))
                    .col(at("created_at"))
                    .col(at("shown_until"))
                    .col(at("expires_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("session_hash"))
                            .col(Alias::new("key")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from_col(Alias::new("session_hash"))
                            .to(Alias::new("sessions"), Alias::new("id_hash"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(TABLE, &["expires_at"], false))
            .await?;
        manager
            .create_index(index(TABLE, &["shown_until"], false))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new(TABLE)).to_owned())
            .await
    }
}
