-- Removes old entries as far as the end names, but never those from which the state of all heads is told.
CREATE OR REPLACE FUNCTION mooring_head_log_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM head_log WHERE number <= (SELECT first FROM head_log_end)
        AND number < (SELECT max(number) FROM head_log WHERE whole)
$$;
