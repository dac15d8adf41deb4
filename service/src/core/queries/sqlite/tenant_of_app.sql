SELECT f.tenant_id FROM apps f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL WHERE f.id = $1
