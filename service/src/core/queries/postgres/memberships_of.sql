SELECT tenant_id, role FROM mooring_memberships_of($1)
