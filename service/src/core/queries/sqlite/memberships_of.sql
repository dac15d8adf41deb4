SELECT tenant_id, role, apps FROM memberships WHERE person_id = $1
