//! Second factors: authenticator apps, recovery codes, and whether a tenant asks
//! everybody for a factor.

use crate::columns::{add, at, at_null, index, owned_by, remove};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const AUTHENTICATORS: &str = "authenticators";
const SET_UPS: &str = "authenticator_set_ups";
const CODES: &str = "recovery_codes";

/// A table with one sealed key for each person.
fn sealed(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(Alias::new(table))
        .col(uuid("person_id").primary_key())
        .col(uuid("data_key_id"))
        .col(binary("nonce"))
        .col(binary("ciphertext"))
        .foreign_key(&mut owned_by("people", "person_id"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                sealed(AUTHENTICATORS)
                    .col(at("since"))
                    // The period of the last code that was used, counted from 1970.
                    .col(big_integer("last_step"))
                    .col(at_null("last_used_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(sealed(SET_UPS).col(at("expires_at")).to_owned())
            .await?;
        manager
            .create_index(index(SET_UPS, &["expires_at"], false))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(CODES))
                    .col(uuid("person_id"))
                    .col(binary("hash"))
                    .col(binary("salt"))
                    .col(at("created_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("person_id"))
                            .col(Alias::new("hash")),
                    )
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        // Processes of the version before add tenants without this.
        let asked = boolean("second_factor").default(false).take();
        add(manager, "tenants", asked).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, "tenants", "second_factor").await?;
        for table in [CODES, SET_UPS, AUTHENTICATORS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
