-- The accounts of all tenants whose snooze is over, or was ended by a change of their
-- state, which nobody was told yet.
CREATE OR REPLACE FUNCTION mooring_snoozes_over(present bigint, most bigint)
RETURNS TABLE (tenant_id uuid, subdomain varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.tenant_id, a.subdomain FROM accounts a
    WHERE a.snooze_look_at <= present ORDER BY a.snooze_look_at LIMIT most
$$;
