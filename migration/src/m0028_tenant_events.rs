//! Events of a tenant that belong to no connection. They share the numbers of
//! the events that do.
//!
//! They have a table of their own, since processes of the previous version read
//! `events` and know neither rows without a connection nor these kinds.

use crate::columns::{at, id, index, owned_by, tenant};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "tenant_events";

const POSTGRES: &str = "
CREATE TRIGGER number BEFORE INSERT ON tenant_events
    FOR EACH ROW EXECUTE FUNCTION mooring_number_event();
";

const SQLITE: &str = "
CREATE TRIGGER tenant_events_number AFTER INSERT ON tenant_events BEGIN
    INSERT INTO event_heads (tenant_id, count) VALUES (NEW.tenant_id, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET count = count + 1;
    UPDATE tenant_events SET seq = (SELECT count FROM event_heads WHERE tenant_id = NEW.tenant_id)
    WHERE id = NEW.id;
END;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(TABLE))
                    .col(id())
                    .col(tenant())
                    .col(string("kind"))
                    .col(text("actor"))
                    .col(text("details"))
                    .col(at("at"))
                    .col(big_integer_null("seq"))
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(TABLE, &["tenant_id", "seq"], true))
            .await?;
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        manager
            .get_connection()
            .execute_unprepared(if postgres { POSTGRES } else { SQLITE })
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new(TABLE)).to_owned())
            .await
    }
}
