SELECT mooring_tenant_of_app($1) AS tenant_id
