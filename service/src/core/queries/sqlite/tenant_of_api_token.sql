SELECT f.tenant_id FROM api_tokens f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
WHERE f.token_hash = $1 OR f.old_token_hash = $1
