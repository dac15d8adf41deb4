SELECT t.id AS token_id, t.tenant_id, t.name AS token_name, t.role,
    t.app_id AS only_app, t.token_hash, t.expires_at AS token_expires_at, t.revoked_at, t.networks,
    t.old_token_hash, t.old_works_until, t.rate_per_second, t.rate_burst,
    a.id AS app, a.slug, a.fault_since, a.requested_scopes,
    c.id AS connection, c.standing, c.loss_cause, c.standing_since, c.disconnected_by,
    c.renewable, c.granted_scopes, c.missing_scopes, c.access_expires_at,
    c.last_fine_at, c.failing_since, c.overdue_at,
    s.data_key_id, s.format, s.nonce, s.ciphertext
FROM api_tokens t
JOIN tenants o ON o.id = t.tenant_id AND o.deleted_at IS NULL
JOIN apps a ON a.tenant_id = t.tenant_id AND a.id = coalesce((SELECT $3),
    (SELECT n.id FROM apps n WHERE n.tenant_id = t.tenant_id AND n.slug = (SELECT $2)))
JOIN connections c ON c.tenant_id = t.tenant_id AND c.app_id = a.id AND c.subdomain = (SELECT $4)
JOIN credentials s ON s.tenant_id = t.tenant_id AND s.owner_id = c.id
    AND s.purpose = 'connection.access_token'
WHERE t.id = coalesce(
    (SELECT n.id FROM api_tokens n WHERE n.token_hash = (SELECT $1)),
    (SELECT o.id FROM api_tokens o WHERE o.old_token_hash = (SELECT $1)))
