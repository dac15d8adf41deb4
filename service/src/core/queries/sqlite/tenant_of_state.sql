SELECT f.tenant_id FROM authorizations f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL WHERE f.state_hash = $1
