//! People beside the first owner: invitations, which apps a membership is
//! limited to, and when a person was last seen.

use crate::{
    columns::{add, at, at_null, id, index, owned_by, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INVITATIONS: &str = "invitations";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // “all”, or the ids of apps.
        add(manager, "memberships", text("apps").default("all").take()).await?;
        add(manager, "people", at_null("last_seen_at")).await?;
        // The token is kept as a digest alone; sending an invitation again makes a new one.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(INVITATIONS))
                    .col(id())
                    .col(tenant())
                    .col(string("email"))
                    .col(string("role"))
                    .col(text("apps"))
                    .col(binary("token_hash"))
                    .col(string("created_by"))
                    // Nobody, if the command line made it.
                    .col(uuid_null("inviter_id"))
                    .col(at("created_at"))
                    .col(at("expires_at"))
                    .col(at_null("accepted_at"))
                    .col(at_null("withdrawn_at"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        for (columns, unique) in [(["token_hash"], true), (["tenant_id"], false)] {
            manager
                .create_index(index(INVITATIONS, &columns, unique))
                .await?;
        }
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        // The version before knows no limits: these people would see everything.
        manager
            .get_connection()
            .execute_unprepared("DELETE FROM memberships WHERE apps <> 'all'")
            .await?;
        manager
            .drop_table(Table::drop().table(Alias::new(INVITATIONS)).to_owned())
            .await?;
        remove(manager, "people", "last_seen_at").await?;
        remove(manager, "memberships", "apps").await
    }
}
