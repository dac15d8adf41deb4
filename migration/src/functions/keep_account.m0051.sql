-- Keeps what is counted of accounts by owner and state, and the states of their tags.
CREATE OR REPLACE FUNCTION mooring_keep_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE account_tags SET health = NEW.health, health_since = NEW.health_since
        WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain
            AND (health <> NEW.health OR health_since <> NEW.health_since);
        IF OLD.health = NEW.health AND OLD.owner_id IS NOT DISTINCT FROM NEW.owner_id THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (OLD.tenant_id, 'owner', coalesce(replace(OLD.owner_id::text, '-', ''), ''), OLD.health, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (NEW.tenant_id, 'owner', coalesce(replace(NEW.owner_id::text, '-', ''), ''), NEW.health, 1);
    END IF;
    RETURN NULL;
END $$;
