-- The text is one phrase, so that nothing in it is taken for syntax.
SELECT s.subdomain
FROM account_search_beginnings b CROSS JOIN account_search s ON s.id = b.rowid
WHERE b.account_search_beginnings
        MATCH CASE WHEN $3 THEN '' ELSE 'open_words : ' END || '"' || replace($2, '"', '""') || '" *'
    AND b.rowid BETWEEN (SELECT min(id) FROM account_search WHERE tenant_id = $1)
        AND (SELECT max(id) FROM account_search WHERE tenant_id = $1)
    AND s.tenant_id = $1
LIMIT $4
