DELETE FROM jobs WHERE id IN (
    SELECT j.id FROM jobs j INDEXED BY jobs_ended_at
    WHERE j.ended_at < $1 AND NOT EXISTS (SELECT 1 FROM job_items i WHERE i.job_id = j.id) LIMIT $3)
RETURNING 1 AS n
