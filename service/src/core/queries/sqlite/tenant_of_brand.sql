SELECT f.tenant_id FROM brands f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL WHERE f.file_name = $1
