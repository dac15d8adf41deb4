//! Data keys, wrapped by a master key, and the credentials that they encrypt.

use crate::columns::{at, at_null, id, index, owned_by, tenant};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A row without a tenant is the installation's own key.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("data_keys"))
                    .col(id())
                    .col(uuid_null("tenant_id"))
                    .col(string("master_key_id"))
                    .col(binary("nonce"))
                    .col(binary("wrapped"))
                    .col(big_integer("encryptions").default(0))
                    .col(at("created_at"))
                    .col(at_null("retired_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("data_keys", &["tenant_id"], false))
            .await?;
        // `owner_id` is the app or connection that the secret belongs to.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("credentials"))
                    .col(tenant())
                    .col(uuid("owner_id"))
                    .col(string("purpose"))
                    .col(uuid("data_key_id"))
                    .col(small_integer("format"))
                    .col(binary("nonce"))
                    .col(binary("ciphertext"))
                    .col(at("updated_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("owner_id"))
                            .col(Alias::new("purpose")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from_col(Alias::new("data_key_id"))
                            .to(Alias::new("data_keys"), Alias::new("id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("credentials", &["data_key_id"], false))
            .await?;
        manager
            .create_index(index("credentials", &["tenant_id"], false))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("credentials")).to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table(Alias::new("data_keys")).to_owned())
            .await?;
        Ok(())
    }
}
