SELECT id, tenant_id, lease_fence, place FROM mooring_due_turns($1, $2, $3, $4)
