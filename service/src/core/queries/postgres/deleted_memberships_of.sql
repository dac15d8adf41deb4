SELECT tenant_id, role, apps, false AS sso_only FROM mooring_deleted_memberships($1)
