-- Keeps what is counted of accounts by tag and state.
CREATE OR REPLACE FUNCTION mooring_keep_tag() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (OLD.tenant_id, 'tag', OLD.tag, OLD.health, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (NEW.tenant_id, 'tag', NEW.tag, NEW.health, 1);
    END IF;
    RETURN NULL;
END $$;
