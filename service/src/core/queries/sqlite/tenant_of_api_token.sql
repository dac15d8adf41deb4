SELECT f.tenant_id FROM api_tokens f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
WHERE f.id = coalesce(
    (SELECT n.id FROM api_tokens n WHERE n.token_hash = (SELECT $1)),
    (SELECT o.id FROM api_tokens o WHERE o.old_token_hash = (SELECT $1)))
