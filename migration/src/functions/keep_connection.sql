-- Keeps what is counted of connections, and the worst state of their account, when a
-- connection is added, removed or changes its state. A trigger, so that processes of
-- every version do.
CREATE OR REPLACE FUNCTION mooring_keep_connection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (OLD.tenant_id, 'app', replace(OLD.app_id::text, '-', ''), OLD.health, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (NEW.tenant_id, 'app', replace(NEW.app_id::text, '-', ''), NEW.health, 1);
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM mooring_judge_account(OLD.tenant_id, OLD.subdomain);
    ELSE
        PERFORM mooring_judge_account(NEW.tenant_id, NEW.subdomain);
    END IF;
    RETURN NULL;
END $$;
