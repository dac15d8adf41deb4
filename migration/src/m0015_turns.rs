//! The fair queue. Indexes hold only the connections that are due. In a
//! backlog, when more is due than the rate allows, connections queue by tenant
//! and expiry.
//!
//! A due connection is in the index `connections_waiting`, in a backlog in
//! `connections_queued`, and under a lease only in `connections_leased`, so no
//! query has to skip it. Storing a connection's row takes it out of the queue.

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
        // When its token expires, while it is in the queue.
        add(manager, "connections", at_null("queued_expiry")).await?;
        // The tenant that was served last.
        add(manager, "pace", uuid_null("served_tenant")).await?;
        // How many connections there are to check, and when they were counted.
        add(manager, "pace", big_integer("scheduled").default(0).take()).await?;
        add(manager, "pace", at_null("counted_at")).await?;
        db.execute_unprepared("DROP INDEX connections_due_at")
            .await?;
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        // The worker cleans up for all tenants. The texts for SQLite are in `service`.
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
