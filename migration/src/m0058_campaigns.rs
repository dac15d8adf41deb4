//! Campaigns: links for many accounts of an app, and how far each account is.

use crate::{
    columns::{at, at_null, id, index, owned_by, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const CAMPAIGNS: &str = "campaigns";
const ACCOUNTS: &str = "campaign_accounts";

/// What the worker has to look at, the earliest first.
const DUE: &str = "CREATE INDEX campaigns_due ON campaigns (next_at) WHERE ended_at IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(CAMPAIGNS))
                    .col(id())
                    .col(tenant())
                    .col(uuid("app_id"))
                    .col(text("name"))
                    .col(string("audience"))
                    // The sender's own words in the mails.
                    .col(text_null("message"))
                    .col(text("created_by"))
                    // Where answers go.
                    .col(text_null("answers_to"))
                    .col(at("created_at"))
                    .col(big_integer("link_life"))
                    .col(at_null("remind_at"))
                    .col(at("ends_at"))
                    .col(at_null("paused_at"))
                    .col(at_null("ended_at"))
                    // The last account that was looked at for it, and when all were.
                    .col(string_null("walked_to"))
                    .col(at_null("walked_at"))
                    // When the worker looks at it again.
                    .col(at("next_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("apps", "app_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(ACCOUNTS))
                    .col(tenant())
                    .col(uuid("campaign_id"))
                    .col(string("subdomain"))
                    .col(uuid("connection_id"))
                    .col(string("stage"))
                    // Its newest link, and to whom that went.
                    .col(uuid_null("link_id"))
                    .col(text_null("email"))
                    .col(at_null("sent_at"))
                    .col(at_null("reminded_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("campaign_id"))
                            .col(Alias::new("subdomain")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by(CAMPAIGNS, "campaign_id"))
                    .foreign_key(&mut owned_by("connections", "connection_id"))
                    .to_owned(),
            )
            .await?;
        for (table, columns, unique) in [
            (CAMPAIGNS, &["tenant_id", "id"][..], true),
            (CAMPAIGNS, &["app_id"], false),
            (
                ACCOUNTS,
                &["tenant_id", "campaign_id", "stage", "subdomain"],
                true,
            ),
            (ACCOUNTS, &["connection_id"], false),
        ] {
            manager.create_index(index(table, columns, unique)).await?;
        }
        manager.get_connection().execute_unprepared(DUE).await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        for table in [ACCOUNTS, CAMPAIGNS] {
            let drop = Table::drop().table(Alias::new(table)).to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }
}
