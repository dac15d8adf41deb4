-- Stores the worst state of an account's connections with it. The order of the states is
-- `domain::health::Health::severity`. The account is locked first: of two transactions
-- that change connections of one account, the second one sees what the first one did.
CREATE OR REPLACE FUNCTION mooring_judge_account(whose uuid, which varchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts WHERE tenant_id = whose AND subdomain = which FOR NO KEY UPDATE;
    UPDATE accounts a SET health = coalesce(w.health, 'not_connected'), health_since = coalesce(w.since, a.created_at)
    FROM (
        SELECT max(c.health_since) AS since, (array_agg(c.health ORDER BY CASE c.health
            WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1 WHEN 'stopping_soon' THEN 2
            WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4 WHEN 'limited' THEN 5
            WHEN 'not_connected' THEN 6 ELSE 7 END))[1] AS health
        FROM connections c WHERE c.tenant_id = whose AND c.subdomain = which
    ) w
    WHERE a.tenant_id = whose AND a.subdomain = which
        AND (a.health IS DISTINCT FROM coalesce(w.health, 'not_connected')
            OR a.health_since IS DISTINCT FROM coalesce(w.since, a.created_at));
END $$;
