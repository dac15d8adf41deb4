-- Removes what is known of mails that were finished before an instant, of all tenants.
CREATE OR REPLACE FUNCTION mooring_sweep_mails(before bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM mails WHERE finished_at < before
$$;
