//! Whatever is removed from the audit, or together with a tenant, leaves a
//! record that the program's role can't change: on PostgreSQL, functions do
//! both and write the record. And the audit of a tenant stays when the tenant
//! is removed: its row in `tenants` stays, emptied, and can't be removed while
//! there are entries.

use crate::{
    columns::{add, at, at_null, id, index, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Runs before anything is read, so that no process of the previous version
/// removes more entries after that without a record. It locks `audit_heads`
/// first, as those do.
const LOCK: &str = "LOCK TABLE audit_heads, audit_entries";

/// Entries removed before there were records: the head says up to which one.
const BACKFILL_POSTGRES: &str = "
INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
SELECT gen_random_uuid(), tenant_id, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
    'entries', first, first, session_user FROM audit_heads WHERE first > 0;
";
const BACKFILL_SQLITE: &str = "
INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
SELECT randomblob(16), tenant_id, CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER),
    'entries', first, first, NULL FROM audit_heads WHERE first > 0;
";

/// Existing rows aren't checked while the tables are locked; the step `m0024` checks them.
const POSTGRES: &str = "
ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_tenant_id_fkey,
    ADD CONSTRAINT audit_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_tenant_id_fkey,
    ADD CONSTRAINT audit_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT NOT VALID;
";

const AS_IT_WAS: &str = "
ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_tenant_id_fkey,
    ADD CONSTRAINT audit_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_tenant_id_fkey,
    ADD CONSTRAINT audit_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
";

const SQLITE: &str = "
CREATE TRIGGER tenants_keep_audit BEFORE DELETE ON tenants
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE tenant_id = OLD.id) BEGIN
    SELECT RAISE(ABORT, 'a tenant that has an audit is not removed from tenants');
END;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // Without a foreign key, since the record outlives what it names.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("audit_removals"))
                    .col(id())
                    .col(tenant())
                    // On the database's clock.
                    .col(at("at"))
                    // `entries` or `tenant`.
                    .col(string("what"))
                    .col(big_integer("entries"))
                    .col(big_integer("through"))
                    // The login at PostgreSQL.
                    .col(text_null("login"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("audit_removals", &["tenant_id", "through"], false))
            .await?;
        add(manager, "tenants", at_null("removed_at")).await?;
        add(manager, "tenants", string_null("former_slug")).await?;
        if manager.get_database_backend() != DbBackend::Postgres {
            db.execute_unprepared(BACKFILL_SQLITE).await?;
            db.execute_unprepared(SQLITE).await?;
            return Ok(());
        }
        for sql in [LOCK, BACKFILL_POSTGRES, POSTGRES] {
            db.execute_unprepared(sql).await?;
        }
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            functions::down(manager, self.name()).await?;
            db.execute_unprepared(AS_IT_WAS).await?;
        } else {
            db.execute_unprepared("DROP TRIGGER tenants_keep_audit")
                .await?;
        }
        remove(manager, "tenants", "former_slug").await?;
        remove(manager, "tenants", "removed_at").await?;
        manager
            .drop_table(Table::drop().table(Alias::new("audit_removals")).to_owned())
            .await
    }
}
