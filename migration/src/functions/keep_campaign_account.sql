-- Keeps what is counted of a campaign's accounts by stage.
CREATE OR REPLACE FUNCTION mooring_keep_campaign_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (OLD.tenant_id, 'campaign', replace(OLD.campaign_id::text, '-', ''), OLD.stage, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO count_changes (tenant_id, kind, key, health, n)
        VALUES (NEW.tenant_id, 'campaign', replace(NEW.campaign_id::text, '-', ''), NEW.stage, 1);
    END IF;
    RETURN NULL;
END $$;
