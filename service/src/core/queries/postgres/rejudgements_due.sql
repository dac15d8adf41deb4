SELECT app_id, tenant_id FROM mooring_rejudgements_due($1, $2)
