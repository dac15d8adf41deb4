-- Keeps how many connections have a granted set, by state.
CREATE OR REPLACE FUNCTION mooring_count_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (OLD.tenant_id, 'set', replace(OLD.set_id::text, '-', ''), OLD.health, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (NEW.tenant_id, 'set', replace(NEW.set_id::text, '-', ''), NEW.health, 1);
    END IF;
    RETURN NULL;
END $$;
