-- Keeps since when Gorgias refuses an app's credentials, and removes what is kept of an
-- app together with it (ADR 39).
CREATE OR REPLACE FUNCTION mooring_keep_app_health() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a_day CONSTANT bigint := 86400000000;
    changed bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM health_days WHERE tenant_id = OLD.tenant_id AND app_id = OLD.id;
        DELETE FROM health_day_changes WHERE tenant_id = OLD.tenant_id AND app_id = OLD.id;
    ELSIF NEW.fault_since IS NOT NULL THEN
        changed := NEW.fault_since;
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment) VALUES
            (NEW.tenant_id, NEW.id, changed / a_day, 'fault', '', 1, changed % a_day / 1000),
            (NEW.tenant_id, NEW.id, changed / a_day, 'cause', 'credentials', 1, 0);
    ELSE
        -- A process of the version before doesn't say when it ended.
        changed := greatest(coalesce(NEW.fault_ended_at, NEW.updated_at), OLD.fault_since);
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
        VALUES (NEW.tenant_id, NEW.id, changed / a_day, 'fault', '', -1, -(changed % a_day / 1000));
    END IF;
    RETURN NULL;
END $$;
