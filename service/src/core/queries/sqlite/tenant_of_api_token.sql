SELECT tenant_id FROM api_tokens WHERE token_hash = $1
