//! Apps whose connections are judged anew, since the scopes that they ask for were changed:
//! how far that is. The worker goes on with it.

use crate::{
    columns::{at, owned_by, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "rejudgements";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Alias::new(TABLE))
            .col(uuid("app_id").primary_key())
            .col(tenant())
            // How many connections there were when it began, and how many were looked at.
            .col(big_integer("total"))
            .col(big_integer("done"))
            // The set of scopes and the last account in it that were looked at; NULL at the
            // beginning.
            .col(uuid_null("set_id"))
            .col(string_null("subdomain"))
            .col(at("began_at"))
            // After a failure, when to try again.
            .col(at("due_at"))
            .foreign_key(&mut owned_by("apps", "app_id"))
            .to_owned();
        manager.create_table(table).await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        manager
            .drop_table(Table::drop().table(Alias::new(TABLE)).to_owned())
            .await
    }
}
