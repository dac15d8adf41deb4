SELECT mooring_tenant_of_link($1) AS tenant_id
