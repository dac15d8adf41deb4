UPDATE connections SET lease_until = 0 WHERE id IN (
SELECT id FROM connections INDEXED BY connections_leased WHERE lease_until > 0 AND lease_until <= CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)
UNION ALL SELECT id FROM connections INDEXED BY connections_leased WHERE lease_until > 0 AND lease_until > CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) + $3)
