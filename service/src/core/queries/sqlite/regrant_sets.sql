INSERT INTO granted_sets (id, tenant_id, app_id, basis, granted)
SELECT randomblob(16), known.tenant_id, known.app_id, known.basis, known.granted FROM (
    SELECT DISTINCT c.tenant_id, c.app_id, c.granted_scopes AS granted,
        CASE WHEN c.standing = 'not_connected' THEN 'gone' WHEN c.scopes_unknown THEN 'unknown' ELSE 'told' END AS basis
    FROM connections c
) AS known
WHERE NOT EXISTS (SELECT 1 FROM granted_sets s
    WHERE s.app_id = known.app_id AND s.basis = known.basis AND s.granted = known.granted)
