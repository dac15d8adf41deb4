SELECT tenant_id FROM reconnect_links WHERE token_hash = $1
