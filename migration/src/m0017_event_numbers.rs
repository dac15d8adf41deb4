//! Events of a tenant are numbered in the order in which they become visible,
//! so that a reader who continues from a number misses none.
//!
//! An id is made before its transaction ends: of two concurrent events, the one
//! with the smaller id may become visible later. A number is taken under the
//! lock of the tenant's head row, which is held until the transaction ends; the
//! next number has to wait for it. A trigger takes it, so that this also works
//! for processes of the previous version, which don't know numbers.

use crate::{
    columns::{add, index, owned_by, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const BACKFILL: &str = "
UPDATE events SET seq = n.seq FROM (
    SELECT id, row_number() OVER (PARTITION BY tenant_id ORDER BY id) AS seq FROM events
) AS n WHERE n.id = events.id;
INSERT INTO event_heads (tenant_id, count)
    SELECT tenant_id, max(seq) FROM events GROUP BY tenant_id;
";

const POSTGRES: &str = "
CREATE TRIGGER number BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION mooring_number_event();
";

const SQLITE: &str = "
CREATE TRIGGER events_number AFTER INSERT ON events BEGIN
    INSERT INTO event_heads (tenant_id, count) VALUES (NEW.tenant_id, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET count = count + 1;
    UPDATE events SET seq = (SELECT count FROM event_heads WHERE tenant_id = NEW.tenant_id)
    WHERE id = NEW.id;
END;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("event_heads"))
                    .col(uuid("tenant_id").primary_key())
                    .col(big_integer("count"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        add(manager, "events", big_integer_null("seq")).await?;
        db.execute_unprepared(BACKFILL).await?;
        manager
            .create_index(index("events", &["tenant_id", "seq"], true))
            .await?;
        functions::up(manager, self.name()).await?;
        db.execute_unprepared(if postgres { POSTGRES } else { SQLITE })
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(if manager.get_database_backend() == DbBackend::Postgres {
                "DROP TRIGGER number ON events"
            } else {
                "DROP TRIGGER events_number"
            })
            .await?;
        functions::down(manager, self.name()).await?;
        manager
            .drop_index(
                Index::drop()
                    .name("events_tenant_id_seq")
                    .table(Alias::new("events"))
                    .to_owned(),
            )
            .await?;
        remove(manager, "events", "seq").await?;
        manager
            .drop_table(Table::drop().table(Alias::new("event_heads")).to_owned())
            .await
    }
}
