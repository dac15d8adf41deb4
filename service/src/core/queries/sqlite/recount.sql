INSERT INTO count_changes (tenant_id, kind, key, health, n)
SELECT tenant_id, kind, key, health, sum(n) FROM (
    SELECT tenant_id, 'app' AS kind, lower(hex(app_id)) AS key, health, count(*) AS n FROM connections GROUP BY 1, 2, 3, 4
    UNION ALL SELECT tenant_id, 'owner', lower(hex(owner_id)), health, count(*) FROM accounts GROUP BY 1, 2, 3, 4
    UNION ALL SELECT tenant_id, 'snoozed', lower(hex(owner_id)), health, count(*) FROM accounts WHERE snoozed GROUP BY 1, 2, 3, 4
    UNION ALL SELECT tenant_id, 'tag', tag, health, count(*) FROM account_tags GROUP BY 1, 2, 3, 4
    UNION ALL SELECT tenant_id, 'set', lower(hex(set_id)), health, count(*) FROM connection_grants GROUP BY 1, 2, 3, 4
    UNION ALL SELECT tenant_id, 'campaign', lower(hex(campaign_id)), stage, count(*) FROM campaign_accounts GROUP BY 1, 2, 3, 4
    UNION ALL SELECT tenant_id, kind, key, health, -n FROM kept_counts
    UNION ALL SELECT tenant_id, kind, key, health, -n FROM count_changes
) GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
