-- A tag has the state of its account, which is locked, so that it can't change meanwhile.
CREATE OR REPLACE FUNCTION mooring_begin_tag() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain FOR NO KEY UPDATE;
    SELECT a.health, a.health_since INTO NEW.health, NEW.health_since FROM accounts a
    WHERE a.tenant_id = NEW.tenant_id AND a.subdomain = NEW.subdomain;
    RETURN NEW;
END $$;
