-- All that a token read needs, in one round trip: found by the digest of an API
-- token's secret, or of the one before it, before its tenant is known. A caller
-- without a known digest gets no row. With a known digest, the caller gets the one connection that they name,
-- in the token's own tenant. The program decides whether the token is valid,
-- and for that app. In plpgsql, which keeps its plans between calls. It reads
-- one table after the other, each by a unique index: that takes half the time
-- of a join, and statistics can't lead the planner to another plan.
CREATE OR REPLACE FUNCTION mooring_token_fast_path(digest bytea, app_slug text, app_id uuid, account text)
RETURNS TABLE (
    token_id uuid, tenant_id uuid, token_name character varying, role character varying,
    only_app uuid, token_hash bytea, token_expires_at bigint, revoked_at bigint, networks text,
    old_token_hash bytea, old_works_until bigint, rate_per_second integer, rate_burst integer,
    app uuid, slug character varying, fault_since bigint, requested_scopes text,
    connection uuid, standing character varying, loss_cause character varying,
    standing_since bigint, disconnected_by character varying, renewable boolean,
    granted_scopes text, missing_scopes integer, access_expires_at bigint,
    last_fine_at bigint, failing_since bigint, overdue_at bigint,
    data_key_id uuid, format smallint, nonce bytea, ciphertext bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT t.id, t.tenant_id, t.name, t.role,
        t.app_id, t.token_hash, t.expires_at, t.revoked_at, t.networks,
        t.old_token_hash, t.old_works_until, t.rate_per_second, t.rate_burst
    INTO token_id, tenant_id, token_name, role,
        only_app, token_hash, token_expires_at, revoked_at, networks,
        old_token_hash, old_works_until, rate_per_second, rate_burst
    FROM api_tokens t WHERE t.token_hash = digest;
    IF NOT FOUND THEN
        SELECT t.id, t.tenant_id, t.name, t.role,
            t.app_id, t.token_hash, t.expires_at, t.revoked_at, t.networks,
            t.old_token_hash, t.old_works_until, t.rate_per_second, t.rate_burst
        INTO token_id, tenant_id, token_name, role,
            only_app, token_hash, token_expires_at, revoked_at, networks,
            old_token_hash, old_works_until, rate_per_second, rate_burst
        FROM api_tokens t WHERE t.old_token_hash = digest;
        IF NOT FOUND THEN RETURN; END IF;
    END IF;
    PERFORM FROM tenants o WHERE o.id = mooring_token_fast_path.tenant_id AND o.deleted_at IS NULL;
    IF NOT FOUND THEN RETURN; END IF;

    IF app_id IS NULL THEN
        SELECT a.id, a.slug, a.fault_since, a.requested_scopes
        INTO app, slug, fault_since, requested_scopes FROM apps a
        WHERE a.tenant_id = mooring_token_fast_path.tenant_id AND a.slug = app_slug;
    ELSE
        SELECT a.id, a.slug, a.fault_since, a.requested_scopes
        INTO app, slug, fault_since, requested_scopes FROM apps a
        WHERE a.tenant_id = mooring_token_fast_path.tenant_id AND a.id = mooring_token_fast_path.app_id;
    END IF;
    IF NOT FOUND THEN RETURN; END IF;

    SELECT c.id, c.standing, c.loss_cause,
        c.standing_since, c.disconnected_by, c.renewable,
        c.granted_scopes, c.missing_scopes, c.access_expires_at,
        c.last_fine_at, c.failing_since, c.overdue_at
    INTO connection, standing, loss_cause,
        standing_since, disconnected_by, renewable,
        granted_scopes, missing_scopes, access_expires_at,
        last_fine_at, failing_since, overdue_at
    FROM connections c
    WHERE c.tenant_id = mooring_token_fast_path.tenant_id AND c.app_id = app AND c.subdomain = account;
    IF NOT FOUND THEN RETURN; END IF;

    SELECT s.data_key_id, s.format, s.nonce, s.ciphertext
    INTO data_key_id, format, nonce, ciphertext
    FROM credentials s
    WHERE s.tenant_id = mooring_token_fast_path.tenant_id AND s.owner_id = connection
        AND s.purpose = 'connection.access_token';
    IF NOT FOUND THEN RETURN; END IF;
    RETURN NEXT;
END $$;
