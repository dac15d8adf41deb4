-- Removes expired previous client secrets, of all tenants.
CREATE OR REPLACE FUNCTION mooring_forget_previous_secrets(present bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM credentials WHERE purpose = 'app.client_secret_previous'
        AND owner_id IN (SELECT id FROM apps WHERE previous_secret_until <= present);
    UPDATE apps SET previous_secret_until = NULL WHERE previous_secret_until <= present
$$;
