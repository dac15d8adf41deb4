-- Removes old entries up to the one that the end names, but never those that
-- give the state of all heads.
CREATE OR REPLACE FUNCTION mooring_head_log_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM head_log WHERE number <= (SELECT first FROM head_log_end)
        AND number < (SELECT max(number) FROM head_log WHERE whole)
$$;
