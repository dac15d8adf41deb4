SELECT tenant_id FROM authorizations WHERE id = $1
