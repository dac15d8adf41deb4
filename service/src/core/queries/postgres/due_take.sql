SELECT id, tenant_id, lease_fence FROM mooring_due_take($1, $2, $3)
