SELECT tenant_id, role, apps FROM mooring_memberships($1)
