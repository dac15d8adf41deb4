SELECT id, tenant_id FROM mooring_campaigns_due($1, $2)
