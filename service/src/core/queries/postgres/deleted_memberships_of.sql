SELECT tenant_id, role, apps FROM mooring_deleted_memberships($1)
