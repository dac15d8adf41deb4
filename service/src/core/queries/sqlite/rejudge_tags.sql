UPDATE account_tags SET (health, health_since) = (
    SELECT a.health, a.health_since FROM accounts a
    WHERE a.tenant_id = account_tags.tenant_id AND a.subdomain = account_tags.subdomain)
WHERE (health, health_since) <> (
    SELECT a.health, a.health_since FROM accounts a
    WHERE a.tenant_id = account_tags.tenant_id AND a.subdomain = account_tags.subdomain)
