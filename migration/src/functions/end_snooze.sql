-- Ends the snooze of an account whose state changes. The rule is `domain::snooze::ends`.
-- The worker then writes the event: an instant of 0 tells it so.
CREATE OR REPLACE FUNCTION mooring_end_snooze() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place_before int;
    place_now int;
BEGIN
    place_before := array_position(ARRAY['setup_fault', 'disconnected', 'stopping_soon', 'unchecked',
        'retrying', 'limited', 'not_connected', 'working'], NEW.snoozed_in::text);
    place_now := array_position(ARRAY['setup_fault', 'disconnected', 'stopping_soon', 'unchecked',
        'retrying', 'limited', 'not_connected', 'working'], NEW.health::text);
    IF NEW.snoozed_until IS NULL OR NEW.health IN ('not_connected', 'working')
        OR (NEW.health <> 'retrying' AND place_now < place_before) THEN
        NEW.snoozed := false;
        NEW.snooze_look_at := 0;
    END IF;
    RETURN NEW;
END $$;
