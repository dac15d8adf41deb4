SELECT (SELECT count(*) FROM connections
WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at > 0)
+ (SELECT count(*) FROM connections WHERE queued_expiry IS NOT NULL AND lease_until = 0)
+ (SELECT count(*) FROM connections WHERE lease_until > 0) AS scheduled
