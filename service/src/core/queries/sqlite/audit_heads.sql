SELECT tenant_id, first, count, last_mac FROM audit_heads
