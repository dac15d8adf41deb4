//! Bulk jobs: one action on many accounts, done by the worker.
//!
//! An account of a job goes with the account, so that erasing it leaves nothing here.

use crate::{
    columns::{at, at_null, id, index, owned_by, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const JOBS: &str = "jobs";
const ITEMS: &str = "job_items";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_people = ForeignKey::create()
            .from_col(Alias::new("person_id"))
            .to(Alias::new("people"), Alias::new("id"))
            .on_delete(ForeignKeyAction::SetNull)
            .to_owned();
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(JOBS))
                    .col(id())
                    .col(tenant())
                    // Who started it, and the apps that they might touch then.
                    .col(uuid_null("person_id"))
                    .col(text("apps"))
                    .col(string("action"))
                    .col(text("value"))
                    // The job that this one tries again, or takes back.
                    .col(uuid_null("of_job"))
                    // How its accounts were chosen, as JSON.
                    .col(text("selection"))
                    // Where choosing them goes on; NULL when all are chosen.
                    .col(text_null("place"))
                    .col(string("state"))
                    .col(big_integer("total"))
                    .col(big_integer("done"))
                    .col(big_integer("failed"))
                    .col(big_integer("changed"))
                    // How many failed for which reason, as JSON.
                    .col(text("reasons"))
                    .col(at("created_at"))
                    .col(at_null("begun_at"))
                    .col(at_null("ended_at"))
                    // The next step; NULL once there is none. A step moves it ahead, so
                    // that no other process makes the same one.
                    .col(at_null("due_at"))
                    // Counts its leases; only who has the latest writes.
                    .col(big_integer("fence"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut of_people)
                    .to_owned(),
            )
            .await?;
        let mut of_account = ForeignKey::create()
            .from_col(Alias::new("tenant_id"))
            .from_col(Alias::new("subdomain"))
            .to_tbl(Alias::new("accounts"))
            .to_col(Alias::new("tenant_id"))
            .to_col(Alias::new("subdomain"))
            .on_delete(ForeignKeyAction::Cascade)
            .to_owned();
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(ITEMS))
                    .col(uuid("job_id"))
                    .col(tenant())
                    .col(string("subdomain"))
                    .col(string("state"))
                    // Why it failed; empty if it did not.
                    .col(string("reason"))
                    // What was there before, by the job's action.
                    .col(text_null("before"))
                    // What came of it: a line of the file, or a sentence.
                    .col(text_null("note"))
                    .col(boolean("changed"))
                    .col(at_null("at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("job_id"))
                            .col(Alias::new("subdomain")),
                    )
                    .foreign_key(&mut owned_by(JOBS, "job_id"))
                    .foreign_key(&mut of_account)
                    .to_owned(),
            )
            .await?;
        for (table, columns) in [
            (JOBS, &["due_at"][..]),
            (JOBS, &["ended_at"]),
            (JOBS, &["tenant_id", "id"]),
            (JOBS, &["tenant_id", "person_id", "id"]),
            (JOBS, &["tenant_id", "state", "id"]),
            (JOBS, &["of_job"]),
            (JOBS, &["person_id"]),
            (ITEMS, &["job_id", "state", "reason", "subdomain"]),
            (ITEMS, &["tenant_id", "subdomain"]),
        ] {
            manager.create_index(index(table, columns, false)).await?;
        }
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        for table in [ITEMS, JOBS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
