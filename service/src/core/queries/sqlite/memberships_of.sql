SELECT m.tenant_id, m.role, m.apps, coalesce(s.only_way, false) AS sso_only FROM memberships m
JOIN tenants t ON t.id = m.tenant_id AND t.deleted_at IS NULL
LEFT JOIN sso_settings s ON s.tenant_id = m.tenant_id WHERE m.person_id = $1
