UPDATE accounts SET (health, health_since) = (
    SELECT coalesce((SELECT c.health FROM connections c INDEXED BY connections_tenant_id_subdomain_id
            WHERE c.tenant_id = accounts.tenant_id AND c.subdomain = accounts.subdomain
            ORDER BY CASE c.health WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1
                WHEN 'stopping_soon' THEN 2 WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4
                WHEN 'limited' THEN 5 WHEN 'not_connected' THEN 6 ELSE 7 END LIMIT 1), 'not_connected'),
        coalesce((SELECT max(c.health_since) FROM connections c INDEXED BY connections_tenant_id_subdomain_id
            WHERE c.tenant_id = accounts.tenant_id AND c.subdomain = accounts.subdomain), accounts.created_at))
WHERE (health, health_since) <> (
    SELECT coalesce((SELECT c.health FROM connections c INDEXED BY connections_tenant_id_subdomain_id
            WHERE c.tenant_id = accounts.tenant_id AND c.subdomain = accounts.subdomain
            ORDER BY CASE c.health WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1
                WHEN 'stopping_soon' THEN 2 WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4
                WHEN 'limited' THEN 5 WHEN 'not_connected' THEN 6 ELSE 7 END LIMIT 1), 'not_connected'),
        coalesce((SELECT max(c.health_since) FROM connections c INDEXED BY connections_tenant_id_subdomain_id
            WHERE c.tenant_id = accounts.tenant_id AND c.subdomain = accounts.subdomain), accounts.created_at))
