//! The audit: a chain of entries for each tenant, and its head.

use crate::columns::{at, owned_by, tenant};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["audit_heads", "audit_entries"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `first` and `first_mac` say where the chain begins: 0 until old
        // entries are removed. `seal` keeps the other columns from being set
        // back.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("audit_heads"))
                    .col(uuid("tenant_id").primary_key())
                    .col(big_integer("first"))
                    .col(binary("first_mac"))
                    .col(big_integer("count"))
                    .col(binary("last_mac"))
                    .col(binary("seal"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("audit_entries"))
                    .col(tenant())
                    .col(big_integer("number"))
                    .col(small_integer("format"))
                    .col(at("at"))
                    .col(string("actor_kind"))
                    .col(uuid_null("actor_id"))
                    .col(string("action"))
                    .col(string("target_kind"))
                    .col(uuid_null("target_id"))
                    .col(text("target"))
                    .col(string("outcome"))
                    .col(text("detail"))
                    .col(big_integer("repeats"))
                    .col(text_null("once"))
                    .col(text_null("actor_name"))
                    .col(text_null("actor_email"))
                    .col(string_null("address"))
                    .col(binary_null("salt"))
                    .col(binary("personal"))
                    .col(binary_null("erasure"))
                    .col(binary("mac"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("tenant_id"))
                            .col(Alias::new("number")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        // Reads of a token are recorded once a minute, whichever process serves them.
        manager
            .create_index(crate::columns::index(
                "audit_entries",
                &["tenant_id", "once"],
                true,
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        // Without its chain a key of the audit is useless, and it would prevent
        // the step from running again.
        manager
            .get_connection()
            .execute_unprepared("DELETE FROM credentials WHERE purpose = 'tenant.audit_key'")
            .await?;
        Ok(())
    }
}
