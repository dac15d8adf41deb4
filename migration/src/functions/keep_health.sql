-- Keeps what is added up of each day of an app when a connection is added, removed or
-- changes its state (ADR 39). The same as the triggers of SQLite in `m0055_health_days`.
-- A change is never before the last day that the row has a letter of.
CREATE OR REPLACE FUNCTION mooring_keep_health() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a_day CONSTANT bigint := 86400000000;
    changed bigint;
    today bigint;
    moment bigint;
    worst_before text;
    worst_after text;
    cause text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- All of a removed app goes.
        IF NOT EXISTS (SELECT FROM apps WHERE id = OLD.app_id) THEN
            RETURN NULL;
        END IF;
        changed := greatest(OLD.health_since, OLD.strip_day * a_day);
    ELSE
        changed := greatest(NEW.health_since, NEW.strip_day * a_day);
    END IF;
    today := changed / a_day;
    moment := changed % a_day / 1000;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment) VALUES
            (NEW.tenant_id, NEW.app_id, today, 'state', NEW.health, 1, moment),
            (NEW.tenant_id, NEW.app_id, today, 'worst', NEW.health, 1, 0);
        RETURN NULL;
    END IF;
    worst_before := CASE substr(OLD.strip, 14, 1) WHEN 'S' THEN 'setup_fault' WHEN 'N' THEN 'not_connected' WHEN 'D' THEN 'disconnected'
        WHEN 'T' THEN 'stopping_soon' WHEN 'U' THEN 'unchecked' WHEN 'R' THEN 'retrying'
        WHEN 'L' THEN 'limited' WHEN 'W' THEN 'working' ELSE OLD.health END;
    IF TG_OP = 'DELETE' THEN
        IF OLD.strip_day <> today THEN
            worst_before := OLD.health;
        END IF;
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment) VALUES
            (OLD.tenant_id, OLD.app_id, today, 'state', OLD.health, -1, -moment),
            (OLD.tenant_id, OLD.app_id, today, 'worst', worst_before, -1, 0);
        RETURN NULL;
    END IF;
    -- The worst state of the day before the change: the state that it began with, if it is
    -- another day.
    IF OLD.strip_day <> NEW.strip_day THEN
        worst_before := OLD.health;
    END IF;
    worst_after := CASE substr(NEW.strip, 14, 1) WHEN 'S' THEN 'setup_fault' WHEN 'N' THEN 'not_connected' WHEN 'D' THEN 'disconnected'
        WHEN 'T' THEN 'stopping_soon' WHEN 'U' THEN 'unchecked' WHEN 'R' THEN 'retrying'
        WHEN 'L' THEN 'limited' WHEN 'W' THEN 'working' ELSE NEW.health END;
    INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment) VALUES
        (NEW.tenant_id, NEW.app_id, today, 'state', OLD.health, -1, -moment),
        (NEW.tenant_id, NEW.app_id, today, 'state', NEW.health, 1, moment);
    IF worst_before <> worst_after THEN
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment) VALUES
            (NEW.tenant_id, NEW.app_id, today, 'worst', worst_before, -1, 0),
            (NEW.tenant_id, NEW.app_id, today, 'worst', worst_after, 1, 0);
    END IF;
    -- Why it stopped: a state that is worse than the one before.
    cause := CASE
        WHEN OLD.health = 'not_connected' THEN NULL
        WHEN NEW.health = 'not_connected' THEN 'by_person'
        WHEN OLD.health IN ('disconnected', 'setup_fault') THEN NULL
        WHEN NEW.health = 'disconnected' AND NEW.standing = 'lost' THEN 'refused'
        WHEN NEW.health = 'disconnected' THEN 'ran_out'
        WHEN OLD.health IN ('stopping_soon', 'unchecked') THEN NULL
        WHEN NEW.health = 'stopping_soon' THEN 'not_renewable'
        WHEN OLD.health = 'retrying' THEN NULL
        WHEN NEW.health = 'retrying' AND (NEW.failure_kind LIKE 'account_refused%' OR NEW.failure_kind = 'unreadable')
            THEN 'account_refused'
        WHEN NEW.health = 'retrying' AND NEW.failure_kind IN ('request_refused', 'client_refused') THEN 'our_request'
        WHEN NEW.health = 'retrying' THEN 'not_answering'
        WHEN NEW.health = 'limited' AND OLD.health = 'working' THEN 'fewer_permissions'
        END;
    IF cause IS NOT NULL THEN
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
        VALUES (NEW.tenant_id, NEW.app_id, today, 'cause', cause, 1, 0);
    END IF;
    IF OLD.health = 'disconnected' AND NEW.health <> 'not_connected' THEN
        IF OLD.last_fine_at IS NOT DISTINCT FROM NEW.last_fine_at THEN
            -- The refusal was taken back, since the app was in doubt.
            INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
            VALUES (NEW.tenant_id, NEW.app_id, today, 'cause', 'refused', -1, 0);
        ELSE
            -- The ranges of `domain::reconnect::BOUNDS`.
            INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
            VALUES (NEW.tenant_id, NEW.app_id, today, 'back', CASE
                WHEN NEW.health_since - OLD.health_since <= 60000000 THEN '1'
                WHEN NEW.health_since - OLD.health_since <= 120000000 THEN '2'
                WHEN NEW.health_since - OLD.health_since <= 300000000 THEN '5'
                WHEN NEW.health_since - OLD.health_since <= 900000000 THEN '15'
                WHEN NEW.health_since - OLD.health_since <= 1800000000 THEN '30'
                WHEN NEW.health_since - OLD.health_since <= 3600000000 THEN '60'
                WHEN NEW.health_since - OLD.health_since <= 7200000000 THEN '120'
                WHEN NEW.health_since - OLD.health_since <= 14400000000 THEN '240'
                WHEN NEW.health_since - OLD.health_since <= 28800000000 THEN '480'
                WHEN NEW.health_since - OLD.health_since <= 43200000000 THEN '720'
                WHEN NEW.health_since - OLD.health_since <= 86400000000 THEN '1440'
                WHEN NEW.health_since - OLD.health_since <= 172800000000 THEN '2880'
                WHEN NEW.health_since - OLD.health_since <= 259200000000 THEN '4320'
                WHEN NEW.health_since - OLD.health_since <= 432000000000 THEN '7200'
                WHEN NEW.health_since - OLD.health_since <= 604800000000 THEN '10080'
                WHEN NEW.health_since - OLD.health_since <= 1209600000000 THEN '20160'
                WHEN NEW.health_since - OLD.health_since <= 2592000000000 THEN '43200'
                WHEN NEW.health_since - OLD.health_since <= 5184000000000 THEN '86400'
                WHEN NEW.health_since - OLD.health_since <= 7776000000000 THEN '129600'
                ELSE '999999' END, 1, 0);
        END IF;
    END IF;
    RETURN NULL;
END $$;
