-- Compares the kept counts of all tenants with the rows, gives how many differ, and mends
-- them if it is asked to. What is mended is a change like any other, so that changes by
-- other transactions at the same time count as well.
CREATE OR REPLACE FUNCTION mooring_recount(mend boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
    wrong bigint := 0;
    found_wrong bigint;
BEGIN
    FOR one IN
        SELECT a.tenant_id, a.subdomain FROM accounts a LEFT JOIN LATERAL (
            SELECT max(c.health_since) AS since, (array_agg(c.health ORDER BY CASE c.health
                WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1 WHEN 'stopping_soon' THEN 2
                WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4 WHEN 'limited' THEN 5
                WHEN 'not_connected' THEN 6 ELSE 7 END))[1] AS health
            FROM connections c WHERE c.tenant_id = a.tenant_id AND c.subdomain = a.subdomain
        ) w ON true
        WHERE a.health <> coalesce(w.health, 'not_connected') OR a.health_since <> coalesce(w.since, a.created_at)
        ORDER BY a.tenant_id, a.subdomain
    LOOP
        wrong := wrong + 1;
        IF mend THEN
            PERFORM mooring_judge_account(one.tenant_id, one.subdomain);
        END IF;
    END LOOP;
    FOR one IN
        SELECT t.tenant_id, t.subdomain, t.tag_key FROM account_tags t
        JOIN accounts a ON a.tenant_id = t.tenant_id AND a.subdomain = t.subdomain
        WHERE t.health <> a.health OR t.health_since <> a.health_since OR t.snoozed <> a.snoozed
        ORDER BY t.tenant_id, t.subdomain, t.tag_key
    LOOP
        wrong := wrong + 1;
        IF mend THEN
            PERFORM FROM accounts WHERE tenant_id = one.tenant_id AND subdomain = one.subdomain FOR NO KEY UPDATE;
            UPDATE account_tags t SET health = a.health, health_since = a.health_since, snoozed = a.snoozed
            FROM accounts a
            WHERE t.tenant_id = one.tenant_id AND t.subdomain = one.subdomain AND t.tag_key = one.tag_key
                AND a.tenant_id = t.tenant_id AND a.subdomain = t.subdomain;
        END IF;
    END LOOP;
    -- A set that is not what its digest says is one that somebody changed; who has it gets
    -- a new one below.
    SELECT count(*) INTO found_wrong FROM granted_sets WHERE digest <> sha256(convert_to(granted, 'UTF8'));
    wrong := wrong + found_wrong;
    IF mend AND found_wrong > 0 THEN
        DELETE FROM granted_sets WHERE digest <> sha256(convert_to(granted, 'UTF8'));
    END IF;
    FOR one IN
        SELECT c.id FROM connections c
        LEFT JOIN connection_grants g ON g.connection_id = c.id
        LEFT JOIN granted_sets s ON s.id = g.set_id
        WHERE (g.connection_id IS NOT NULL AND s.app_id = c.app_id AND s.granted = c.granted_scopes
            AND s.basis = CASE WHEN c.standing = 'not_connected' THEN 'gone' WHEN c.scopes_unknown THEN 'unknown'
                ELSE 'told' END
            AND g.subdomain = c.subdomain AND g.health = c.health AND g.health_since = c.health_since) IS NOT TRUE
        ORDER BY c.id
    LOOP
        wrong := wrong + 1;
        IF mend THEN
            PERFORM FROM connections WHERE id = one.id FOR NO KEY UPDATE;
            PERFORM mooring_keep_grant(one.id);
        END IF;
    END LOOP;
    WITH sums AS (
        SELECT s.tenant_id, s.kind, s.key, s.health, sum(s.n) AS n FROM (
            SELECT tenant_id, 'app' AS kind, replace(app_id::text, '-', '') AS key, health, count(*) AS n
                FROM connections GROUP BY 1, 2, 3, 4
            UNION ALL SELECT tenant_id, 'owner', coalesce(replace(owner_id::text, '-', ''), ''), health, count(*)
                FROM accounts GROUP BY 1, 2, 3, 4
            UNION ALL SELECT tenant_id, 'snoozed', coalesce(replace(owner_id::text, '-', ''), ''), health, count(*)
                FROM accounts WHERE snoozed GROUP BY 1, 2, 3, 4
            UNION ALL SELECT tenant_id, 'tag', tag, health, count(*) FROM account_tags GROUP BY 1, 2, 3, 4
            UNION ALL SELECT tenant_id, 'set', replace(set_id::text, '-', ''), health, count(*)
                FROM connection_grants GROUP BY 1, 2, 3, 4
            UNION ALL SELECT tenant_id, 'campaign', replace(campaign_id::text, '-', ''), stage, count(*)
                FROM campaign_accounts GROUP BY 1, 2, 3, 4
            UNION ALL SELECT tenant_id, kind, key, health, -n FROM kept_counts
            UNION ALL SELECT tenant_id, kind, key, health, -n FROM count_changes
        ) s GROUP BY 1, 2, 3, 4 HAVING sum(s.n) <> 0
    ), mended AS (
        INSERT INTO count_changes (tenant_id, kind, key, health, n) SELECT s.* FROM sums s WHERE mend
    )
    SELECT count(*) INTO found_wrong FROM sums;
    RETURN wrong + found_wrong;
END $$;
