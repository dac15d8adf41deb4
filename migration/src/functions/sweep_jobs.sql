-- Removes bulk jobs of all tenants that ended before an instant, and the files of exports
-- that ended before another one; so many rows of each at most. Gives how many.
CREATE OR REPLACE FUNCTION mooring_sweep_jobs(jobs_before bigint, files_before bigint, most bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    files bigint;
    items bigint;
    gone bigint;
BEGIN
    -- A file is the done accounts of its job.
    DELETE FROM job_items WHERE (job_id, subdomain) IN (
        SELECT i.job_id, i.subdomain FROM jobs j JOIN job_items i ON i.job_id = j.id
        WHERE j.ended_at < files_before AND j.action = 'export' AND i.state = 'done' LIMIT most);
    GET DIAGNOSTICS files = ROW_COUNT;
    DELETE FROM job_items WHERE (job_id, subdomain) IN (
        SELECT i.job_id, i.subdomain FROM jobs j JOIN job_items i ON i.job_id = j.id
        WHERE j.ended_at < jobs_before LIMIT most);
    GET DIAGNOSTICS items = ROW_COUNT;
    DELETE FROM jobs WHERE id IN (
        SELECT j.id FROM jobs j WHERE j.ended_at < jobs_before
        AND NOT EXISTS (SELECT FROM job_items i WHERE i.job_id = j.id) LIMIT most);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN files + items + gone;
END $$;
