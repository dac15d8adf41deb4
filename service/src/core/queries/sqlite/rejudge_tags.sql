UPDATE account_tags SET (health, health_since, snoozed) = (
    SELECT a.health, a.health_since, a.snoozed FROM accounts a
    WHERE a.tenant_id = account_tags.tenant_id AND a.subdomain = account_tags.subdomain)
WHERE (health, health_since, snoozed) <> (
    SELECT a.health, a.health_since, a.snoozed FROM accounts a
    WHERE a.tenant_id = account_tags.tenant_id AND a.subdomain = account_tags.subdomain)
