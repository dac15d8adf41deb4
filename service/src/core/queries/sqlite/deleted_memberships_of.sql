SELECT m.tenant_id, m.role, m.apps, false AS sso_only FROM memberships m
JOIN tenants t ON t.id = m.tenant_id AND t.deleted_at IS NOT NULL AND t.removed_at IS NULL WHERE m.person_id = $1
