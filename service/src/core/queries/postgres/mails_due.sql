SELECT id, tenant_id FROM mooring_mails_due($1, $2)
