//! Turns: what is due is found through indexes that hold nothing else, and
//! when more is due than may be asked for, it queues by tenant and expiry.
//!
//! A connection that is due waits in `connections_waiting`, in a backlog it
//! stands in `connections_queued`, and under a lease in `connections_leased`
//! alone, so nobody walks over it. Its row leaves the queue by being stored.

use crate::{
    columns::{add, at_null, index, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [&str; 4] = [
    "CREATE INDEX connections_waiting ON connections (due_at) WHERE queued_expiry IS NULL AND lease_until = 0",
    "CREATE INDEX connections_queued ON connections (tenant_id, queued_expiry, id) \
     WHERE queued_expiry IS NOT NULL AND lease_until = 0",
    "CREATE INDEX connections_queued_due ON connections (due_at) WHERE queued_expiry IS NOT NULL",
    "CREATE INDEX connections_leased ON connections (lease_until) WHERE lease_until > 0",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // When its token runs out, while it stands in the queue.
        add(manager, "connections", at_null("queued_expiry")).await?;
        // Whose turn it was last.
        add(manager, "pace", uuid_null("served_tenant")).await?;
        // How many connections there are to check, and when they were counted.
        add(manager, "pace", big_integer("scheduled").default(0).take()).await?;
        add(manager, "pace", at_null("counted_at")).await?;
        db.execute_unprepared("DROP INDEX connections_due_at")
            .await?;
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        // The sweep goes over all tenants. The texts for SQLite are in `service`.
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        functions::down(manager, self.name()).await?;
        for name in ["waiting", "queued", "queued_due", "leased"] {
            db.execute_unprepared(&format!("DROP INDEX connections_{name}"))
                .await?;
        }
        manager
            .create_index(index("connections", &["due_at"], false))
            .await?;
        remove(manager, "connections", "queued_expiry").await?;
        for column in ["served_tenant", "scheduled", "counted_at"] {
            remove(manager, "pace", column).await?;
        }
        Ok(())
    }
}
