SELECT tenant_id FROM apps WHERE id = $1
