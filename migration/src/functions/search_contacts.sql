-- Keeps up what a search finds accounts by, when contacts change: each account
-- once, however many of its contacts a statement changes.
CREATE OR REPLACE FUNCTION mooring_search_contacts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM mooring_search_refresh(c.tenant_id, c.subdomain)
    FROM (SELECT DISTINCT tenant_id, subdomain FROM changed ORDER BY tenant_id, subdomain) c;
    RETURN NULL;
END $$;
