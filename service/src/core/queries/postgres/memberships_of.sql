SELECT tenant_id, role, apps, sso_only FROM mooring_memberships_by_session($1)
