-- The fair queue, 5 of 5: how many connections there are to check. It counts
-- all and may scan. The texts for SQLite are beside the code that calls this.
CREATE OR REPLACE FUNCTION mooring_count_scheduled(OUT scheduled bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    scheduled := (SELECT count(*) FROM connections c
            WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at > 0)
        + (SELECT count(*) FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0)
        + (SELECT count(*) FROM connections c WHERE c.lease_until > 0);
END
$$;
