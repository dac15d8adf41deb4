-- Writes anew what a search finds an account by. The account is locked first, so
-- that of two changes at once the second one sees the first one's texts. Whoever
-- locks both takes the account before its row of the search.
CREATE OR REPLACE FUNCTION mooring_search_refresh(whose uuid, account text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- The account goes, or its tenant.
    IF NOT EXISTS (SELECT FROM account_search WHERE tenant_id = whose AND subdomain = account) THEN
        RETURN;
    END IF;
    PERFORM FROM accounts WHERE tenant_id = whose AND subdomain = account FOR NO KEY UPDATE;
    UPDATE account_search s
    SET open_words = w.open_words, customer_words = w.customer_words
    FROM mooring_search_words(whose, account) w
    WHERE s.tenant_id = whose AND s.subdomain = account
        AND (s.open_words, s.customer_words) IS DISTINCT FROM (w.open_words, w.customer_words);
END $$;
