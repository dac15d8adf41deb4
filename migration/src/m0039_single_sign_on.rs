//! Single sign-on (OpenID Connect), per tenant: its settings, the identities that
//! a provider vouched for, and states that were used.

use crate::{
    columns::{add, at, at_null, index, owned_by, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SETTINGS: &str = "sso_settings";
const IDENTITIES: &str = "sso_identities";
const STATES: &str = "sso_states";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Of people whom a tenant's provider brought: whose it is, and the address
        // that it gave. Their `email` is no address, so that it signs nobody in.
        add(manager, "people", uuid_null("sso_tenant_id")).await?;
        add(manager, "people", text_null("contact_email")).await?;
        // The one tenant that a session opens, if it came by single sign-on.
        add(manager, "sessions", uuid_null("sso_tenant_id")).await?;
        manager
            .create_index(index("sessions", &["sso_tenant_id"], false))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(SETTINGS))
                    .col(tenant().primary_key())
                    .col(text("issuer"))
                    .col(text("client_id"))
                    .col(text("groups_claim"))
                    .col(text_null("email_domain"))
                    .col(text("roles"))
                    .col(string_null("others"))
                    // Whether members other than owners come in by it alone.
                    .col(boolean("only_way"))
                    .col(at("changed_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(IDENTITIES))
                    .col(tenant())
                    .col(text("issuer"))
                    .col(text("subject"))
                    .col(uuid("person_id"))
                    .col(at("created_at"))
                    .col(at_null("last_used_at"))
                    .col(at_null("barred_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("tenant_id"))
                            .col(Alias::new("issuer"))
                            .col(Alias::new("subject")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("people", "person_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(IDENTITIES, &["person_id"], false))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(STATES))
                    .col(binary("state_hash").primary_key())
                    .col(at("expires_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(STATES, &["expires_at"], false))
            .await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        // The version before would let these sessions open every tenant, and shows
        // these people under an address that is none.
        for sql in [
            "DELETE FROM sessions WHERE sso_tenant_id IS NOT NULL",
            "DELETE FROM people WHERE sso_tenant_id IS NOT NULL",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        for table in [STATES, IDENTITIES, SETTINGS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        manager
            .drop_index(
                Index::drop()
                    .name("sessions_sso_tenant_id")
                    .table(Alias::new("sessions"))
                    .to_owned(),
            )
            .await?;
        remove(manager, "sessions", "sso_tenant_id").await?;
        remove(manager, "people", "contact_email").await?;
        remove(manager, "people", "sso_tenant_id").await
    }
}
