-- The function goes by the transaction's tenant; it has to be the one that is asked for.
SELECT f.subdomain
FROM mooring_find_accounts($2, $3, $4) AS f (subdomain)
WHERE $1 = nullif(current_setting('mooring.tenant', true), '')::uuid
