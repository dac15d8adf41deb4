-- A new account has been in its state since it is there, whatever version adds it.
CREATE OR REPLACE FUNCTION mooring_begin_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.health_since = 0 THEN
        NEW.health_since := NEW.created_at;
    END IF;
    RETURN NEW;
END $$;
