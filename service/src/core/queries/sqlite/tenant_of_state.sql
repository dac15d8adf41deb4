SELECT tenant_id FROM authorizations WHERE state_hash = $1
