-- Adds the account of a new connection, if it isn't there. A trigger, so that
-- processes of every version do. One that is there is locked until the
-- transaction ends: else it could be erased meanwhile, as one without connections.
CREATE OR REPLACE FUNCTION mooring_add_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO accounts (tenant_id, subdomain, created_at)
    VALUES (NEW.tenant_id, NEW.subdomain, NEW.created_at)
    ON CONFLICT (tenant_id, subdomain) DO UPDATE SET subdomain = EXCLUDED.subdomain;
    RETURN NULL;
END $$;
