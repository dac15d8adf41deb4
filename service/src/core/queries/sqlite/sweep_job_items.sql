DELETE FROM job_items WHERE (job_id, subdomain) IN (
    SELECT i.job_id, i.subdomain FROM jobs j INDEXED BY jobs_ended_at
    CROSS JOIN job_items i ON i.job_id = j.id
    WHERE j.ended_at < $1 LIMIT $3)
RETURNING 1 AS n
