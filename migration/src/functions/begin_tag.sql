-- A tag has state and snooze of its account, which is locked, so that they can't change
-- meanwhile.
CREATE OR REPLACE FUNCTION mooring_begin_tag() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain FOR NO KEY UPDATE;
    SELECT a.health, a.health_since, a.snoozed INTO NEW.health, NEW.health_since, NEW.snoozed FROM accounts a
    WHERE a.tenant_id = NEW.tenant_id AND a.subdomain = NEW.subdomain;
    RETURN NEW;
END $$;
