-- The accounts of the transaction's tenant that hold a text, up to `most` of them.
-- One or two letters are found at the beginnings of words. As the owner of the
-- tables: under row-level security, LIKE would not use the index. Planned for each
-- text, since a frequent one is found sooner without the index.
CREATE OR REPLACE FUNCTION mooring_find_accounts(typed text, customers boolean, most bigint)
RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    short boolean := char_length(typed) < 3;
    part text := replace(replace(replace(lower(typed), '\', '\\'), '%', '\%'), '_', '\_');
    columns text[] := CASE WHEN short
        THEN ARRAY['open_beginnings', 'customer_beginnings']
        ELSE ARRAY['open_words', 'customer_words'] END;
    held text := format('%I LIKE $2', columns[1]);
BEGIN
    IF whose IS NULL OR typed = '' THEN
        RETURN;
    END IF;
    IF customers THEN
        held := held || format(' OR %I LIKE $2', columns[2]);
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT subdomain::text FROM account_search WHERE tenant_id = $1 AND (%s) LIMIT $3', held)
    USING whose, CASE WHEN short THEN '% ' ELSE '%' END || part || '%', most;
END $$;
