SELECT id, tenant_id FROM mooring_jobs_due($1, $2)
