SELECT mooring_tenant_of_invitation($1) AS tenant_id
