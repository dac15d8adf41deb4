-- Keeps up what a search finds an account by, when the account or one of its
-- connections changes. A trigger, so that processes of every version do; as the
-- owner of the tables, since the program itself only reads it.
CREATE OR REPLACE FUNCTION mooring_search_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM mooring_search_refresh(OLD.tenant_id, OLD.subdomain);
    ELSIF TG_OP = 'INSERT' AND TG_TABLE_NAME = 'accounts' THEN
        INSERT INTO account_search (tenant_id, subdomain, open_words, customer_words)
        SELECT NEW.tenant_id, NEW.subdomain, w.open_words, w.customer_words
        FROM mooring_search_words(NEW.tenant_id, NEW.subdomain) w;
    ELSE
        PERFORM mooring_search_refresh(NEW.tenant_id, NEW.subdomain);
    END IF;
    RETURN NULL;
END $$;
