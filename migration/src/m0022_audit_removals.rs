//! What was removed from the audit, or with a tenant, leaves a record that the
//! program's role can't change: on PostgreSQL both are done by functions that
//! write it. And the audit of a tenant stays when the tenant goes: its row in
//! `tenants` remains, emptied, and can't be removed as long as there are entries.

use crate::{
    columns::{add, at, at_null, id, index, remove, tenant},
    functions, rights,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FUNCTIONS: [&str; 2] = [
    "mooring_audit_cut_through(bigint, bytea, bytea)",
    "mooring_remove_tenant()",
];

/// Before anything is read, so that no process of the version before cuts more
/// off after that, without a record. It locks `audit_heads` first, as those do.
const LOCK: &str = "LOCK TABLE audit_heads, audit_entries";

/// Of what was cut before there were records, the head tells how far it went.
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

/// Rows that are there aren't looked at as long as the tables are locked; that
/// they are right is found by the step `m0024`.
const POSTGRES: &str = "
ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_tenant_id_fkey,
    ADD CONSTRAINT audit_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_tenant_id_fkey,
    ADD CONSTRAINT audit_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT NOT VALID;

CREATE FUNCTION mooring_audit_cut_through(cut_number bigint, cut_mac bytea, new_seal bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    gone bigint;
BEGIN
    UPDATE audit_heads h SET first = cut_number, first_mac = cut_mac, seal = new_seal
        WHERE h.tenant_id = whose AND cut_number > h.first AND cut_number <= h.count
        AND EXISTS (SELECT FROM audit_entries e
            WHERE e.tenant_id = whose AND e.number = cut_number AND e.mac = cut_mac);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the audit has no entry % with this MAC to be cut through', cut_number;
    END IF;
    DELETE FROM audit_entries e WHERE e.tenant_id = whose AND e.number <= cut_number;
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
        VALUES (gen_random_uuid(), whose, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
            'entries', gone, cut_number, session_user);
    RETURN gone;
END $$;
";

/// For processes of the version before, which set the head themselves.
const CUT: &str = "
CREATE OR REPLACE FUNCTION mooring_audit_cut() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    last bigint := (SELECT h.first FROM audit_heads h WHERE h.tenant_id = whose);
    gone bigint;
BEGIN
    DELETE FROM audit_entries e WHERE e.tenant_id = whose AND e.number <= last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
            VALUES (gen_random_uuid(), whose, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
                'entries', gone, last, session_user);
    END IF;
END $$;
";

/// As it was.
const CUT_BEFORE: &str = "
CREATE OR REPLACE FUNCTION mooring_audit_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM audit_entries e USING audit_heads h
    WHERE h.tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid
    AND e.tenant_id = h.tenant_id AND e.number <= h.first
$$;
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
        // Without a foreign key: it says what was there.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("audit_removals"))
                    .col(id())
                    .col(tenant())
                    // On the database's clock.
                    .col(at("at"))
                    // entries or tenant.
                    .col(string("what"))
                    .col(big_integer("entries"))
                    .col(big_integer("through"))
                    // Who was signed in to PostgreSQL.
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
        for sql in [LOCK, BACKFILL_POSTGRES, POSTGRES, CUT] {
            db.execute_unprepared(sql).await?;
        }
        db.execute_unprepared(&rights::remove_tenant()).await?;
        functions::for_program_alone(manager, FUNCTIONS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in FUNCTIONS {
                db.execute_unprepared(&format!("DROP FUNCTION {function}"))
                    .await?;
            }
            db.execute_unprepared(CUT_BEFORE).await?;
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
