-- What a search finds an account by, in small letters, a line for each text:
-- its subdomain and who approved; and what is known of its customer. Not in SQL,
-- which would be planned anew at each call.
CREATE OR REPLACE FUNCTION mooring_search_words(whose uuid, account text)
RETURNS TABLE (open_words text, customer_words text)
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT
        lower(concat_ws(chr(10), a.subdomain, (
            SELECT string_agg(DISTINCT who, chr(10))
            FROM connections c, unnest(ARRAY[c.approved_by_name, c.approved_by_email]) who
            WHERE c.tenant_id = whose AND c.subdomain = account))),
        lower(concat_ws(chr(10), a.name, a.external_id, (
            SELECT string_agg(concat_ws(chr(10), k.name, k.email), chr(10) ORDER BY k.place)
            FROM account_contacts k
            WHERE k.tenant_id = whose AND k.subdomain = account)))
    FROM accounts a
    WHERE a.tenant_id = whose AND a.subdomain = account;
END $$;
