SELECT mooring_tenant_of_api_token($1) AS tenant_id
