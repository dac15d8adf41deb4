SELECT mooring_tenant_of_authorization($1) AS tenant_id
