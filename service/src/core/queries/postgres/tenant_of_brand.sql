SELECT mooring_tenant_of_brand($1) AS tenant_id
