SELECT tenant_id, first, count, last_mac FROM mooring_audit_heads()
