-- Keeps the granted set of a connection when it is added, or its scopes or its state change.
CREATE OR REPLACE FUNCTION mooring_keep_connection_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM mooring_keep_grant(NEW.id);
    RETURN NULL;
END $$;
