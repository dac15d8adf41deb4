INSERT INTO connection_grants (connection_id, tenant_id, app_id, set_id, subdomain, health, health_since)
SELECT c.id, c.tenant_id, c.app_id, s.id, c.subdomain, c.health, c.health_since
FROM connections c
JOIN granted_sets s ON s.app_id = c.app_id AND s.granted = c.granted_scopes
    AND s.basis = CASE WHEN c.standing = 'not_connected' THEN 'gone' WHEN c.scopes_unknown THEN 'unknown' ELSE 'told' END
LEFT JOIN connection_grants g ON g.connection_id = c.id
WHERE g.connection_id IS NULL
    OR (g.set_id, g.subdomain, g.health, g.health_since) <> (s.id, c.subdomain, c.health, c.health_since)
ON CONFLICT (connection_id) DO UPDATE SET set_id = excluded.set_id, subdomain = excluded.subdomain,
    health = excluded.health, health_since = excluded.health_since
