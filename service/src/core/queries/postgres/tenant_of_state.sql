SELECT mooring_tenant_of_state($1) AS tenant_id
