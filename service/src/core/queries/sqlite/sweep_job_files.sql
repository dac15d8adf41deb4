DELETE FROM job_items WHERE (job_id, subdomain) IN (
    SELECT i.job_id, i.subdomain FROM jobs j INDEXED BY jobs_ended_at
    CROSS JOIN job_items i INDEXED BY job_items_job_id_state_reason_subdomain
        ON i.job_id = j.id AND i.state = 'done'
    WHERE j.ended_at < $2 AND j.action = 'export' LIMIT $3)
RETURNING 1 AS n
