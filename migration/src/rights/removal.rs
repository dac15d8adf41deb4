//! What goes when a tenant is removed. On PostgreSQL by a function, which is
//! made with every `mooring migrate`, so that it knows all tables that there are.

use super::{Rows, TABLES, quoted};

/// The tables whose rows all go: those of tenants in the list, and no others
/// that have such a column, which may be somebody else's. Of `credentials` and
/// `data_keys`, what the audit needs stays, as the audit does.
pub fn emptied_with_tenant() -> impl Iterator<Item = &'static str> {
    let of_tenants = TABLES.iter().filter(|table| table.rows == Rows::OfTenant);
    of_tenants
        .map(|table| table.name)
        .filter(|name| *name != "credentials" && !name.starts_with("audit_"))
}

/// Makes the function.
pub(crate) fn remove_tenant() -> String {
    let deletes: String = emptied_with_tenant()
        .map(|table| {
            format!(
                "    DELETE FROM public.{} WHERE tenant_id = whose;\n",
                quoted(table)
            )
        })
        .collect();
    REMOVE_TENANT.replace("{deletes}", &deletes)
}

const REMOVE_TENANT: &str = "
CREATE OR REPLACE FUNCTION mooring_remove_tenant() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    clock bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
BEGIN
    UPDATE tenants t SET removed_at = clock, former_slug = t.slug,
        slug = 'removed-' || replace(t.id::text, '-', '')
        WHERE t.id = whose AND t.removed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no tenant % to be removed', whose;
    END IF;
    -- All that is the tenant's but the audit, with its key and what that is under.
{deletes}
    DELETE FROM credentials WHERE tenant_id = whose AND purpose <> 'tenant.audit_key';
    DELETE FROM data_keys k WHERE k.tenant_id = whose
        AND NOT EXISTS (SELECT FROM credentials c WHERE c.data_key_id = k.id);
    INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
        VALUES (gen_random_uuid(), whose, clock, 'tenant', 0, 0, session_user);
END $$;
";
