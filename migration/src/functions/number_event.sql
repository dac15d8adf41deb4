-- Numbers the events of a tenant under the lock of its head. A trigger, so that
-- processes of every version number in the same way.
CREATE OR REPLACE FUNCTION mooring_number_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO event_heads AS head (tenant_id, count) VALUES (NEW.tenant_id, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET count = head.count + 1
    RETURNING head.count INTO NEW.seq;
    RETURN NEW;
END $$;
