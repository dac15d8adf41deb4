//! People, their memberships in tenants, their sessions, and the set-up of the
//! installation.

use crate::columns::{at, id, index, owned_by, tenant};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("people"))
                    .col(id())
                    .col(string("email"))
                    .col(string("name"))
                    .col(string("password_hash"))
                    .col(at("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("people", &["email"], true))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("memberships"))
                    .col(tenant())
                    .col(uuid("person_id"))
                    .col(string("role"))
                    .col(at("created_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("tenant_id"))
                            .col(Alias::new("person_id")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("memberships", &["person_id"], false))
            .await?;
        // Only a digest of the id is stored, so that a copy of the database
        // opens no session.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("sessions"))
                    .col(binary("id_hash").primary_key())
                    .col(uuid_null("person_id"))
                    .col(text("data"))
                    .col(at("created_at"))
                    .col(at("expires_at"))
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("sessions", &["person_id"], false))
            .await?;
        manager
            .create_index(index("sessions", &["expires_at"], false))
            .await?;
        // At most one row: the set-up token of an installation without an owner.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("set_up"))
                    .col(integer("id").primary_key())
                    .col(binary("token_hash"))
                    .col(at("created_at"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("set_up")).to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table(Alias::new("sessions")).to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table(Alias::new("memberships")).to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table(Alias::new("people")).to_owned())
            .await?;
        Ok(())
    }
}
