SELECT tenant_id, role FROM memberships WHERE person_id = $1
