SELECT tenant_id, subdomain FROM mooring_snoozes_over($1, $2)
