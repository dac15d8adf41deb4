-- Keeps what is counted of accounts by owner and state, of all and of the snoozed ones,
-- and what their tags have of them.
CREATE OR REPLACE FUNCTION mooring_keep_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    same_key boolean := false;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE account_tags SET health = NEW.health, health_since = NEW.health_since, snoozed = NEW.snoozed
        WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain
            AND (health <> NEW.health OR health_since <> NEW.health_since OR snoozed <> NEW.snoozed);
        same_key := OLD.health = NEW.health AND OLD.owner_id IS NOT DISTINCT FROM NEW.owner_id;
        IF same_key AND OLD.snoozed = NEW.snoozed THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        SELECT OLD.tenant_id, k.kind, coalesce(replace(OLD.owner_id::text, '-', ''), ''), OLD.health, -1
        FROM (VALUES ('owner', NOT same_key), ('snoozed', OLD.snoozed)) AS k (kind, counts) WHERE k.counts;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        SELECT NEW.tenant_id, k.kind, coalesce(replace(NEW.owner_id::text, '-', ''), ''), NEW.health, 1
        FROM (VALUES ('owner', NOT same_key), ('snoozed', NEW.snoozed)) AS k (kind, counts) WHERE k.counts;
    END IF;
    RETURN NULL;
END $$;
