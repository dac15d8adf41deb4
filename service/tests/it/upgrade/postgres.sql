SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE FUNCTION public.mooring_audit_cut() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$
    DELETE FROM audit_entries e USING audit_heads h
    WHERE h.tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid
    AND e.tenant_id = h.tenant_id AND e.number <= h.first
$$;
CREATE FUNCTION public.mooring_count_scheduled(OUT scheduled bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$ 
BEGIN
    scheduled := (SELECT count(*) FROM connections c
            WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at > 0)
        + (SELECT count(*) FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0)
        + (SELECT count(*) FROM connections c WHERE c.lease_until > 0);
END $$;
CREATE FUNCTION public.mooring_due_look(present bigint, latest bigint, lease bigint, batch bigint, OUT waiting bigint, OUT queue boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_incremental_sort TO 'off'
    SET jit TO 'off'
    AS $$ 
DECLARE
    clock bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
BEGIN
    UPDATE connections SET lease_until = 0 WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c WHERE c.lease_until > 0 AND c.lease_until <= clock
        ORDER BY c.lease_until LIMIT batch FOR UPDATE SKIP LOCKED));
    UPDATE connections SET lease_until = 0 WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c WHERE c.lease_until > 0 AND c.lease_until > clock + lease
        ORDER BY c.lease_until DESC LIMIT batch FOR UPDATE SKIP LOCKED));
    UPDATE connections SET queued_expiry = NULL WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.due_at > present
        ORDER BY c.due_at DESC LIMIT batch FOR UPDATE SKIP LOCKED));
    UPDATE connections SET due_at = present WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at > latest
        ORDER BY c.due_at DESC LIMIT batch FOR UPDATE SKIP LOCKED));
    SELECT count(*) INTO waiting FROM (
        SELECT 1 FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at <= present
        ORDER BY c.due_at LIMIT batch + 1) w;
    queue := (SELECT true FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0
        ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1) IS NOT NULL;
END $$;
CREATE FUNCTION public.mooring_due_queue(present bigint, batch bigint, OUT moved bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_incremental_sort TO 'off'
    SET jit TO 'off'
    AS $$ 
BEGIN
    UPDATE connections SET queued_expiry = coalesce(access_expires_at, 0) WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at <= present
        ORDER BY c.due_at LIMIT batch FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS moved = ROW_COUNT;
END $$;
CREATE FUNCTION public.mooring_due_take(lease bigint, present bigint, most bigint) RETURNS TABLE(id uuid, tenant_id uuid, lease_fence bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_incremental_sort TO 'off'
    SET jit TO 'off'
    AS $$ 
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE connections c
        SET lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease,
            lease_fence = c.lease_fence + 1
        WHERE c.id = ANY (ARRAY(
            SELECT d.id FROM connections d
            WHERE d.queued_expiry IS NULL AND d.lease_until = 0 AND d.due_at <= present
            ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED))
        RETURNING c.id, c.tenant_id, c.lease_fence;
END $$;
CREATE FUNCTION public.mooring_due_turns(lease bigint, present bigint, most bigint, served uuid) RETURNS TABLE(id uuid, tenant_id uuid, lease_fence bigint, place bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_incremental_sort TO 'off'
    SET jit TO 'off'
    AS $$ 
#variable_conflict use_column
DECLARE
    chosen uuid[];
BEGIN
    WITH RECURSIVE ahead(tenant, turn) AS (
        (SELECT c.tenant_id, 1::bigint FROM connections c
         WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0 AND c.tenant_id > served
         ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id, a.turn + 1 FROM ahead a CROSS JOIN LATERAL (
            SELECT c.tenant_id FROM connections c
            WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0 AND c.tenant_id > a.tenant
            ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1) n
        WHERE a.turn < most
    ), behind(tenant, turn) AS (
        (SELECT c.tenant_id, most + 1 FROM connections c
         WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0 AND c.tenant_id <= served
         ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id, b.turn + 1 FROM behind b CROSS JOIN LATERAL (
            SELECT c.tenant_id FROM connections c
            WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0
                AND c.tenant_id > b.tenant AND c.tenant_id <= served
            ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1) n
        WHERE b.turn < 2 * most
    ), turns(tenant, turn) AS (
        SELECT tenant, turn FROM ahead UNION ALL SELECT tenant, turn FROM behind ORDER BY turn LIMIT most
    ), walk(id, tenant, expiry, round, turn) AS (
        SELECT f.id, t.tenant, f.queued_expiry, 1::bigint, t.turn FROM turns t CROSS JOIN LATERAL (
            SELECT c.id, c.queued_expiry FROM connections c
            WHERE c.tenant_id = t.tenant AND c.queued_expiry IS NOT NULL AND c.lease_until = 0
            ORDER BY c.queued_expiry, c.id LIMIT 1) f
        UNION ALL
        SELECT f.id, w.tenant, f.queued_expiry, w.round + 1, w.turn FROM walk w CROSS JOIN LATERAL (
            SELECT c.id, c.queued_expiry FROM connections c
            WHERE c.tenant_id = w.tenant AND c.queued_expiry IS NOT NULL AND c.lease_until = 0
                AND (c.queued_expiry, c.id) > (w.expiry, w.id)
            ORDER BY c.queued_expiry, c.id LIMIT 1) f
    )
    -- A recursion comes round by round, and no further than rows are fetched.
    SELECT array_agg(w.id ORDER BY w.round, w.turn) INTO chosen FROM (SELECT * FROM walk LIMIT most) w;
    RETURN QUERY WITH taken AS (
        UPDATE connections c
        SET queued_expiry = NULL,
            lease_until = CASE WHEN c.due_at <= present
                THEN (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease ELSE 0 END,
            lease_fence = c.lease_fence + 1
        WHERE c.id = ANY (ARRAY(
            SELECT d.id FROM connections d
            -- By their ids: not in a form that the index of the queue would answer.
            WHERE d.id = ANY (chosen) AND d.lease_until + 0 = 0
            FOR UPDATE SKIP LOCKED))
        RETURNING c.id, c.tenant_id, c.lease_fence, c.lease_until)
    SELECT t.id, t.tenant_id, t.lease_fence, array_position(chosen, t.id)::bigint
    FROM taken t WHERE t.lease_until > 0;
END $$;
CREATE FUNCTION public.mooring_forget_previous_secrets(present bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$
    DELETE FROM credentials WHERE purpose = 'app.client_secret_previous'
        AND owner_id IN (SELECT id FROM apps WHERE previous_secret_until <= present);
    UPDATE apps SET previous_secret_until = NULL WHERE previous_secret_until <= present
$$;
CREATE FUNCTION public.mooring_number_event() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    INSERT INTO event_heads AS head (tenant_id, count) VALUES (NEW.tenant_id, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET count = head.count + 1
    RETURNING head.count INTO NEW.seq;
    RETURN NEW;
END $$;
CREATE FUNCTION public.mooring_sweep_authorizations(expired_before bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$
    DELETE FROM authorizations WHERE expires_at < expired_before
$$;
CREATE FUNCTION public.mooring_take_due(lease bigint, due bigint, most bigint) RETURNS TABLE(id uuid, tenant_id uuid, lease_fence bigint)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$
    UPDATE connections c
    SET lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease,
        lease_fence = c.lease_fence + 1
    WHERE c.id IN (
        SELECT d.id FROM connections d
        WHERE d.due_at <= due AND d.lease_until <= (extract(epoch from clock_timestamp()) * 1000000)::bigint
        ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.tenant_id, c.lease_fence
$$;
CREATE FUNCTION public.mooring_tenant_of_api_token(key bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$SELECT tenant_id FROM api_tokens WHERE token_hash = key$$;
CREATE FUNCTION public.mooring_tenant_of_app(key uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$SELECT tenant_id FROM apps WHERE id = key$$;
CREATE FUNCTION public.mooring_tenant_of_authorization(key uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$SELECT tenant_id FROM authorizations WHERE id = key$$;
CREATE FUNCTION public.mooring_tenant_of_link(key bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$SELECT tenant_id FROM reconnect_links WHERE token_hash = key$$;
CREATE FUNCTION public.mooring_tenant_of_state(key bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$SELECT tenant_id FROM authorizations WHERE state_hash = key$$;
CREATE FUNCTION public.mooring_token_read(digest bytea, app_slug text, app_id uuid, account text) RETURNS TABLE(token_id uuid, tenant_id uuid, token_name character varying, role character varying, only_app uuid, token_hash bytea, token_expires_at bigint, revoked_at bigint, app uuid, slug character varying, fault_since bigint, connection uuid, standing character varying, loss_cause character varying, standing_since bigint, disconnected_by character varying, renewable boolean, granted_scopes text, missing_scopes integer, access_expires_at bigint, last_fine_at bigint, failing_since bigint, overdue_at bigint, data_key_id uuid, format smallint, nonce bytea, ciphertext bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    SELECT t.id, t.tenant_id, t.name, t.role,
        t.app_id, t.token_hash, t.expires_at, t.revoked_at
    INTO token_id, tenant_id, token_name, role,
        only_app, token_hash, token_expires_at, revoked_at
    FROM api_tokens t WHERE t.token_hash = digest;
    IF NOT FOUND THEN RETURN; END IF;
    IF app_id IS NULL THEN
        SELECT a.id, a.slug, a.fault_since INTO app, slug, fault_since FROM apps a
        WHERE a.tenant_id = mooring_token_read.tenant_id AND a.slug = app_slug;
    ELSE
        SELECT a.id, a.slug, a.fault_since INTO app, slug, fault_since FROM apps a
        WHERE a.tenant_id = mooring_token_read.tenant_id AND a.id = mooring_token_read.app_id;
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
    WHERE c.tenant_id = mooring_token_read.tenant_id AND c.app_id = app AND c.subdomain = account;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT s.data_key_id, s.format, s.nonce, s.ciphertext
    INTO data_key_id, format, nonce, ciphertext
    FROM credentials s
    WHERE s.tenant_id = mooring_token_read.tenant_id AND s.owner_id = connection
        AND s.purpose = 'connection.access_token';
    IF NOT FOUND THEN RETURN; END IF;
    RETURN NEXT;
END $$;
CREATE TABLE public.api_tokens (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    app_id uuid,
    name character varying NOT NULL,
    role character varying NOT NULL,
    prefix character varying NOT NULL,
    token_hash bytea NOT NULL,
    created_by character varying NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    last_used_at bigint,
    revoked_at bigint
);
ALTER TABLE ONLY public.api_tokens FORCE ROW LEVEL SECURITY;
CREATE TABLE public.apps (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    slug character varying NOT NULL,
    name character varying NOT NULL,
    client_id character varying NOT NULL,
    requested_scopes text NOT NULL,
    after_install_url text,
    basic_encoding character varying NOT NULL,
    pkce boolean NOT NULL,
    fault_since bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    next_secret_added_at bigint,
    next_secret_added_by character varying,
    next_secret_tested_at bigint,
    next_secret_result character varying,
    previous_secret_until bigint,
    probe_at bigint,
    refused_in_a_row integer DEFAULT 0 NOT NULL,
    refused_since bigint,
    fault_by_refusals boolean DEFAULT false NOT NULL,
    refusals_accepted_until bigint
);
ALTER TABLE ONLY public.apps FORCE ROW LEVEL SECURITY;
CREATE TABLE public.audit_entries (
    tenant_id uuid NOT NULL,
    number bigint NOT NULL,
    format smallint NOT NULL,
    at bigint NOT NULL,
    actor_kind character varying NOT NULL,
    actor_id uuid,
    action character varying NOT NULL,
    target_kind character varying NOT NULL,
    target_id uuid,
    target text NOT NULL,
    outcome character varying NOT NULL,
    detail text NOT NULL,
    repeats bigint NOT NULL,
    once text,
    actor_name text,
    actor_email text,
    address character varying,
    salt bytea,
    personal bytea NOT NULL,
    erasure bytea,
    mac bytea NOT NULL
);
ALTER TABLE ONLY public.audit_entries FORCE ROW LEVEL SECURITY;
CREATE TABLE public.audit_heads (
    tenant_id uuid NOT NULL,
    first bigint NOT NULL,
    first_mac bytea NOT NULL,
    count bigint NOT NULL,
    last_mac bytea NOT NULL,
    seal bytea NOT NULL
);
ALTER TABLE ONLY public.audit_heads FORCE ROW LEVEL SECURITY;
CREATE TABLE public.authorizations (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    subdomain character varying NOT NULL,
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    origin character varying NOT NULL,
    person_id uuid,
    link_id uuid,
    requested_scopes text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    consumed_at bigint,
    outcome text
);
ALTER TABLE ONLY public.authorizations FORCE ROW LEVEL SECURITY;
CREATE TABLE public.connections (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    subdomain character varying NOT NULL,
    standing character varying NOT NULL,
    loss_cause character varying,
    standing_since bigint,
    disconnected_by character varying,
    renewable boolean NOT NULL,
    granted_scopes text NOT NULL,
    missing_scopes integer NOT NULL,
    approved_by_name character varying,
    approved_by_email character varying,
    access_expires_at bigint,
    last_fine_at bigint,
    last_attempt_at bigint,
    failing_since bigint,
    failures integer NOT NULL,
    failure character varying,
    overdue_at bigint,
    health character varying NOT NULL,
    health_since bigint NOT NULL,
    strip character varying NOT NULL,
    strip_day bigint NOT NULL,
    due_at bigint,
    lease_until bigint DEFAULT 0 NOT NULL,
    lease_fence bigint DEFAULT 0 NOT NULL,
    token_version bigint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    queued_expiry bigint
);
ALTER TABLE ONLY public.connections FORCE ROW LEVEL SECURITY;
CREATE TABLE public.credentials (
    tenant_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    purpose character varying NOT NULL,
    data_key_id uuid NOT NULL,
    format smallint NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    updated_at bigint NOT NULL,
    set_aside_at bigint
);
ALTER TABLE ONLY public.credentials FORCE ROW LEVEL SECURITY;
CREATE TABLE public.data_keys (
    id uuid NOT NULL,
    tenant_id uuid,
    master_key_id character varying NOT NULL,
    nonce bytea NOT NULL,
    wrapped bytea NOT NULL,
    encryptions bigint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    retired_at bigint
);
CREATE TABLE public.event_heads (
    tenant_id uuid NOT NULL,
    count bigint NOT NULL
);
ALTER TABLE ONLY public.event_heads FORCE ROW LEVEL SECURITY;
CREATE TABLE public.events (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind character varying NOT NULL,
    actor text NOT NULL,
    details text NOT NULL,
    at bigint NOT NULL,
    seq bigint
);
ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;
CREATE TABLE public.heartbeats (
    name character varying NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.memberships (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    role character varying NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.pace (
    id integer NOT NULL,
    free_at bigint DEFAULT 0 NOT NULL,
    slow integer DEFAULT 0 NOT NULL,
    slow_since bigint DEFAULT 0 NOT NULL,
    served_tenant uuid,
    scheduled bigint DEFAULT 0 NOT NULL,
    counted_at bigint
);
CREATE TABLE public.people (
    id uuid NOT NULL,
    email character varying NOT NULL,
    name character varying NOT NULL,
    password_hash character varying NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.reconnect_links (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    subdomain character varying NOT NULL,
    token_hash bytea NOT NULL,
    created_by character varying NOT NULL,
    email character varying,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    opened_at bigint,
    started_at bigint,
    approved_at bigint,
    revoked_at bigint
);
ALTER TABLE ONLY public.reconnect_links FORCE ROW LEVEL SECURITY;
CREATE TABLE public.seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.sessions (
    id_hash bytea NOT NULL,
    person_id uuid,
    data text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.set_up (
    id integer NOT NULL,
    token_hash bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.tenants (
    id uuid NOT NULL,
    slug character varying NOT NULL,
    name character varying NOT NULL,
    created_at bigint NOT NULL
);
INSERT INTO public.api_tokens VALUES ('01a2f8ae-4a8c-7148-9349-2e0b6bb40470', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', NULL, 'Backend', 'operator', 'mrg_5tDmn3kM', '\xb1635f1c6b1b59f7f6048c732bb7abe570571d598233284cd366bb0f0e5b65d8', 'harbour-owner', 1799468501644066, NULL, NULL, NULL);
INSERT INTO public.api_tokens VALUES ('01a2f8ae-4a8c-714c-a8bf-8fc5a421d2d2', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', NULL, 'Dashboard', 'viewer', 'mrg_uk1UeGDq', '\xb38bd0eec02363c92606fd0ae561c46f6a3765b6dd8d26c3e68bc9f95a08e1cd', 'harbour-owner', 1799468501644066, NULL, NULL, NULL);
INSERT INTO public.apps VALUES ('01a22aaf-ea8c-7118-a124-0f375be6ad6c', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 'returns', 'returns', 'returns-id', 'email offline openid profile tickets:read', NULL, 'raw', false, NULL, 1796012501644066, 1796012501644066, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1799468501644066, false, NULL);
INSERT INTO public.apps VALUES ('01a2f8ae-4a8c-718c-a0ba-8db8fb1c8442', '01a2f8ae-4a8c-7180-a27e-093887bd11b9', 'orders', 'orders', 'orders-id', 'email offline openid profile tickets:read', NULL, 'raw', false, NULL, 1799468501644066, 1799468501644066, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, NULL);
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 3, 1, 1799468501644066, 'mooring', NULL, 'audit.cut_off', 'tenant', NULL, '', 'done', 'entries=2 through=2', 0, NULL, NULL, NULL, NULL, '\x615c6e8fd4f86a8f99c8871819e8e2a6a98c1b2983a2fea06ed828392b47b6df', '\xb37596d7a3660d7c5a929816f03fad50c184ad31ff751d066416b49e2c741ab8', NULL, '\xb137c9e47299653ebd034c8c36a21db2b5f56ec9b7f19f5bba5aecaa67ea6b4e');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 4, 1, 1799468501644066, 'customer', NULL, 'connection.authorized', 'account', '01a2f8ae-4a8c-710c-a782-b7b629d41e1d', 'returns/acme', 'done', 'install', 0, NULL, 'Ann Lee', 'ann@acme.example', NULL, '\x7d65bb0a873cc6ffd3145df7210d513934281f51fbe609f91585d64038529cbb', '\x2fa2303319ad7150efc8de29ff01a41f06c736e7a1e9a286a93b1855778474ad', NULL, '\x2e8c64e14c76c157deef7405d70dac2a117282395e2dd3dc2cbe409191361671');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 5, 1, 1799468501644066, 'customer', NULL, 'connection.authorized', 'account', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'returns/gone', 'done', 'install', 0, NULL, 'Ann Lee', 'ann@gone.example', NULL, '\x3aaf77fe2bbe50f5606c7854ac6bfec466ccd54b5e374d1ac973a96f30cda30a', '\x0f2a146a073cd80f0e0f6081149bdac0ede6652efb1ef402bbf8c971200e19ef', NULL, '\xbea641b393adebfc1203a55894707250fb4a4c0ba6340ff1af19a132005c51e3');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 6, 1, 1799468501644066, 'customer', NULL, 'connection.authorized', 'account', '01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', 'returns/shut', 'done', 'install', 0, NULL, 'Ann Lee', 'ann@shut.example', NULL, '\x29c3f663d71c50a1c95f2ae7c157b2f9f4c6ee99c49f056372cc582e342d6570', '\x5c4d41b7205282b8e954174a2e78146a04f7c2db606e79f8aea2bd2ac2453b4c', NULL, '\xe5d8feb3623cd50fe01fbfd8332945bde141e39a7a77590a9cae4a18265fbb8c');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 7, 1, 1799468501644066, 'customer', NULL, 'connection.authorized', 'account', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'returns/busy', 'done', 'install', 0, NULL, 'Ann Lee', 'ann@busy.example', NULL, '\x2ecbc8ba77cf7c2e783992d659aef875f482a4d57bfba5a36cf74f7e74227bad', '\xb8d3f75efdbc33b62d61c95aafdf3cba43658b8ea5f70d60590b3ee98ac2c6bf', NULL, '\x2d53956b5d25bba60e952ebfb2ae05a0db169d424049f3771b0de62fe57a5f5c');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 8, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'api_token.created', 'api_token', '01a2f8ae-4a8c-7148-9349-2e0b6bb40470', 'Backend', 'done', 'role=operator', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\x82961771b591742cc55302773e455d42d806f2e8d6e186ca9dcc7cb838195d54', '\x6fbaae3edf73c3c7110b6ff60508ed49d85fa05f48c1cbe19786a6c9f87092dd', NULL, '\x66ff9b752ca691c045f67d056a183787e611324f7558fa774eadeae9b36c66ba');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 9, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'api_token.created', 'api_token', '01a2f8ae-4a8c-714c-a8bf-8fc5a421d2d2', 'Dashboard', 'done', 'role=viewer', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\xe6691a19c2a3f4877895dbbbd14aec2d4997c0169309c40d9379f4e944ed5096', '\xd724989e90d5bd71d2fc43d85c0d150d0ee617a4edb21bb73436bb93d1845fbb', NULL, '\x1c6c3947cf0f912f61a427c07650917d4b0e9b731c71f321956c25ae9cd73115');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 10, 1, 1799468501644066, 'api_token', '01a2f8ae-4a8c-7148-9349-2e0b6bb40470', 'connection.token_read', 'account', '01a2f8ae-4a8c-710c-a782-b7b629d41e1d', 'returns/acme', 'done', '', 0, '01a2f8ae-4a8c-7148-9349-2e0b6bb40470:01a2f8ae-4a8c-710c-a782-b7b629d41e1d:29991141', 'Backend', NULL, NULL, '\x6e3ee5afc8d5d2a0322d54889e2419bd7f60188d1ccd9ebea24a0ad06b15e9e1', '\x89eb7c04d8f0e97ae64c2616cd956e07861810ac323bcf8ad91548b3f4f65e5d', NULL, '\x507c1384e27906e8dfe8ee23796041cdd35ef0d55d6a8156c6997414ed66e50d');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 11, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'connection.checked', 'account', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'returns/gone', 'done', 'Gorgias refused our access', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\xb1593342995c48c32ee7d5d3ac55bde2f1553f75a46e3ed716ecc275348e4ddf', '\x99f19adf79350caf2eb85b4be03895fb839dfd28afaf3a83c53893d128156348', NULL, '\xc249c81fcd25706c9c802e0e48f9370c23e188ee6e2902056b67d77f93c7f481');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 12, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'connection.disconnected', 'account', '01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', 'returns/shut', 'done', 'revoked at Gorgias', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\x498fd279d77d11f80c7cd3decee81931992f0b63dbef8cc04847edda6c100546', '\x651d7b46be3d715c01d0f6a70ad820e370add52c76f71c7e93c78764dc8b5af7', NULL, '\xcecec79fad703b60171eeb039851dfac4b6144a5242e7b54f27ea59cbe6a7b4c');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 13, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'connection.checked', 'account', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'returns/busy', 'done', 'Gorgias had a fault of its own (500)', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\x52667b2afaedf9e29758befaba231f2a4d226b5b5d5f87732c2d03cd5eabf07b', '\xd178d28713604c7cbfc5422a96a6d40d372ff7df2c2f0d020f8fe1b96ccf5742', NULL, '\x015f97b7d9518817b72011d8b601528c091372a12ff6c8813680502260908aee');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 14, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'link.created', 'account', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'returns/gone', 'done', 'link=01a2f8ae-4a8c-716c-92e4-b5bd42a1fb7d', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\x93641b1764b76aa19cf0726811909c37038aa2668c93ef23a601e36dc440a6b8', '\xe49195f3c3fb18abe822bf6cf75ad017b175e85517fa51ee10e771e47d72c400', NULL, '\x2957154a59f2c1883302eb3f229cbc38e6016fdfc6ba19384bc0290aba0a1bb4');
INSERT INTO public.audit_entries VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 15, 1, 1799468501644066, 'person', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'link.created', 'account', '01a2f8ae-4a8c-7174-8bfd-14dac1a5fb85', 'returns/never', 'done', 'link=01a2f8ae-4a8c-7178-97c6-e0070ebfe053', 0, NULL, 'harbour-owner', 'harbour-owner@mooring.example', NULL, '\xcfe7f77caf2829ad0eba2254c7394bcb533264bc398722629dff50ebaa629167', '\x70f2b435864708f5d91fe944630844a58b5dcf271b7596b14b80dd9d56f2931b', NULL, '\x9767c2369f274b2a534d4b8a8603c684c8dfff65a01222da1cb6c63e4f4e591d');
INSERT INTO public.audit_entries VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', 1, 1, 1799468501644066, 'command_line', NULL, 'person.owner_created', 'person', '01a2f8ae-4a8c-7184-8e54-665fee2ad3c5', '', 'done', '', 0, NULL, NULL, NULL, NULL, '\xcb0c2b7b4835cf94da2a22d870c9a83668b8aa0aa9e6e29ced474356d9205800', '\x18bd8c365dea2e90ce081f4e21bf8648c8e283d05c62393b8205767b7244f2bd', NULL, '\xd17dbda0c739df2da6688f3410f36356e63f991163036508ba7bf08d19760b9e');
INSERT INTO public.audit_entries VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', 2, 1, 1799468501644066, 'person', '01a2f8ae-4a8c-7184-8e54-665fee2ad3c5', 'app.created', 'app', '01a2f8ae-4a8c-718c-a0ba-8db8fb1c8442', 'orders', 'done', '', 0, NULL, 'pier-owner', 'pier-owner@mooring.example', NULL, '\x210bb09f1463b93be4c0d21d2b08eebee61f5cd805c9cfa2c6563e1a69240130', '\x5f483b184ec5a184bf5423e8fe56e051b69ed2fa50bf056ee420e0c75e9186c2', NULL, '\x8ada2aa0551a0d7fd4e1282e02720c33918cdd61e347b9babc568309962ee31d');
INSERT INTO public.audit_heads VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 2, '\xebb8016e73803e51f6d53421277ba9b803d28faa3f27e5640d02a713838c873f', 15, '\x9767c2369f274b2a534d4b8a8603c684c8dfff65a01222da1cb6c63e4f4e591d', '\xb549a547c64a0c11ef26e4dc79903e3a0b6bce363333113dea339aef844f7b45');
INSERT INTO public.audit_heads VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', 0, '\x0000000000000000000000000000000000000000000000000000000000000000', 2, '\x8ada2aa0551a0d7fd4e1282e02720c33918cdd61e347b9babc568309962ee31d', '\x9568e483bbc4ca5b51e39bd9986fa3db2f9abeb0a593af1f0f2a0d8a42e542da');
INSERT INTO public.authorizations VALUES ('01a2f8ae-4a8c-7108-940d-de9413fadb6b', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'acme', '\x905ae6d8ac25c7349a805779afbe066f6eb2d2eb07aca828da6b58e40ef38980', '\x54a60e20b08e75ba5d81ef64fe0a0d43254d6d2f78062bf461427103bafbeaa9', 'install', NULL, NULL, 'email offline openid profile tickets:read', 1799468501644066, 1799469101644066, 1799468501644066, '{"outcome":"approved","by":"Ann Lee","granted":["email","offline","openid","profile","tickets:read"],"first":true}');
INSERT INTO public.authorizations VALUES ('01a2f8ae-4a8c-7118-98ac-547e673ab5e1', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'gone', '\x87f9ae30eb85daf947639e92b0171f53a4cb49e9a9ec8b99c1ab7bb430333221', '\x54a60e20b08e75ba5d81ef64fe0a0d43254d6d2f78062bf461427103bafbeaa9', 'install', NULL, NULL, 'email offline openid profile tickets:read', 1799468501644066, 1799469101644066, 1799468501644066, '{"outcome":"approved","by":"Ann Lee","granted":["email","offline","openid","profile","tickets:read"],"first":true}');
INSERT INTO public.authorizations VALUES ('01a2f8ae-4a8c-7128-8f0e-7c92e4e845ef', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'shut', '\xcf29b1bfdb4d2a4ea9219f5ab01c6ac975c7832fcb654a54f0409464c93bab49', '\x54a60e20b08e75ba5d81ef64fe0a0d43254d6d2f78062bf461427103bafbeaa9', 'install', NULL, NULL, 'email offline openid profile tickets:read', 1799468501644066, 1799469101644066, 1799468501644066, '{"outcome":"approved","by":"Ann Lee","granted":["email","offline","openid","profile","tickets:read"],"first":true}');
INSERT INTO public.authorizations VALUES ('01a2f8ae-4a8c-7138-982b-2e97a1f23be7', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'busy', '\x13be0157878274b9cfcc6e04ced19d7733bd025a0dbe92cbea20832a87a6aff7', '\x54a60e20b08e75ba5d81ef64fe0a0d43254d6d2f78062bf461427103bafbeaa9', 'install', NULL, NULL, 'email offline openid profile tickets:read', 1799468501644066, 1799469101644066, 1799468501644066, '{"outcome":"approved","by":"Ann Lee","granted":["email","offline","openid","profile","tickets:read"],"first":true}');
INSERT INTO public.connections VALUES ('01a2f8ae-4a8c-710c-a782-b7b629d41e1d', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'acme', 'connected', NULL, NULL, NULL, true, 'email offline openid profile tickets:read', 0, 'Ann Lee', 'ann@acme.example', 1799554902000000, 1799468501644066, 1799468501644066, NULL, 0, NULL, 1799511701644066, 'working', 1799468501644066, '.............W', 20827, 1799488227341828, 0, 0, 1, 1799468501644066, 1799468501644066, NULL);
INSERT INTO public.connections VALUES ('01a2f8ae-4a8c-711c-a04c-9af806dec2ac', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'gone', 'lost', 'refused', 1799468501644066, NULL, true, 'email offline openid profile tickets:read', 0, 'Ann Lee', 'ann@gone.example', 1799554903000000, 1799468501644066, 1799468501644066, NULL, 0, 'Gorgias says that the access was withdrawn', NULL, 'disconnected', 1799468501644066, '.............D', 20827, NULL, 0, 1, 1, 1799468501644066, 1799468501644066, NULL);
INSERT INTO public.connections VALUES ('01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'shut', 'not_connected', NULL, 1799468501644066, 'harbour-owner', false, 'email offline openid profile tickets:read', 0, 'Ann Lee', 'ann@shut.example', NULL, 1799468501644066, 1799468501644066, NULL, 0, NULL, NULL, 'not_connected', 1799468501644066, '.............N', 20827, NULL, 0, 1, 2, 1799468501644066, 1799468501644066, NULL);
INSERT INTO public.connections VALUES ('01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'busy', 'connected', NULL, NULL, NULL, true, 'email offline openid profile tickets:read', 0, 'Ann Lee', 'ann@busy.example', 1799554903000000, 1799468501644066, 1799468501644066, 1799468501644066, 1, 'Gorgias had a fault of its own (500)', 1799511701644066, 'retrying', 1799468501644066, '.............R', 20827, 1799468514759035, 0, 1, 1, 1799468501644066, 1799468501644066, NULL);
INSERT INTO public.connections VALUES ('01a2f8ae-4a8c-7174-8bfd-14dac1a5fb85', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'never', 'not_connected', NULL, NULL, NULL, false, '', 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 'not_connected', 1799468501644066, '..............', 20827, NULL, 0, 0, 0, 1799468501644066, 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 'tenant.audit_key', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\xea639f65c883a163262df724', '\xb11758f460f3cbe0e4d465f6aaba98fb74c0dea5f1cc034d444850ad9e91d62c52a93bcf246da951e8dfafe84904b4eaa45c8f1d4eb3e07ef67341', 1796012501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', 'app.client_secret', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\xa7941f92df3ce8a673c6f0d1', '\xf49c789e172039e72c98ea5d3e22cb65d97d88f7f91b2e091ca8cf1dca20', 1796012501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-710c-a782-b7b629d41e1d', 'connection.access_token', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\x6d4d77e71c46df1320c207b9', '\x52229df2e313b2a27eb3b28c0d41b6f5333001d17a02fdbf4d4d4cccb3913be71cec2fafd905d980af300ff2393523a9056830341e0715b7dce1c1e246094bde0d64de17ac216178d1fc2456c8ed1abfde1114cd76bdbc376f340fe843cbc9b347668f5e1d6ab7120762781c4e2fb44d5dbb6c07a69dfb8891005a71a6e6cca393e2cf6e1afc8d93669bb08ca61514a2cc2f13bd15286e363fce3540f832c1eeb21fa16b9ddb15f8d975d7074921ff0fb51416535f1ebea97c3f4c8f42d230f19e0c1e32898d4c71c59c3792aceecf983b16244e15041a9bd5662192715dc9d0545e862a35e69431d9eea74a58fdd79a70b81789cab437dff3acdfac9518578a386906b8241d126a281b883a37b592dd45718493cd050f73512b430477b28929ac82b336e1e3f5d41e98f470490fbddf6c39aca6b88bcb63273e0092f8dfe3bb2bdd74f675a7e35e477eaf062dd79e856aa210bb4d08d2fa8930e18a1dd072599428b7cff861df9fcc366e64d4ea50b9db2a71cd4127da8d9a5284a07b9cd04efac018c06366de691c2ca4e92f1444f91906f4609cdfc7ae7d7f4564df1a9a61b0c661cb515b29ffb87651e09e7bde5c98347886236192fddc7c0bc16a600978bd3375fac38389b0d8f329d23a37d19a8a966a04c8b537852ab589a3f9dccaadc7942bc2d2f7edafe803400f8056ff8b63d04725fed0f70162268fa54feb38984613646aa45c5e9d3040e43adf8704d64058f19cc2bf26e2446f181ed7667f1f2ac3e027aaf738447699b320a93ba56adee55dcf71c316b51fea469bacd90d6e3e71fb875f1797a3c4577df8352a8e88ca0abfbdc63d0c9c6acd91fd10f732a6ebc06dcba1e758243eaae8207c8eb75a984ebd2477d0f91df6acbd51d2458db9f05547111f94e3afd7f65af6b62794c8842d4bff0ab5eebb48942177f1ba263fb06653bb96d7143055e73c9893f682e4913ae1500b4b1aed367e56bc7274551efbea2b44f6ea5776420aa670db468dcf10f30ac2782a5684d759bb5f5df68d4f0ca0165434061870180a8f02301c', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-710c-a782-b7b629d41e1d', 'connection.refresh_token', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\xceefc16ea2bddf3323624cec', '\xc990a897529750a2a24269c7f41783a00f034f04f44dfd14608f9610c4b703fb68dac557fa45e8f1095ce42447b312b2c10a746892b630baf0e61625051eb964', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'connection.access_token', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\xb7778c89d9313329dd4ffcab', '\x692c530042e9f126daae4067b96a8d9541ab0c48761aa92d8cf0d2935c724c93a73db88574e4d516a9f9316a3f21ab84fdfda776ed081a89c02bbb7af7aca0ca801e6473971453a93541a8bc9fdfb2228d46c550c9db108c160294aadcc7cb695b80bb5a5a97456ba78fd530d6dd929a298f18a06cec8d53fa43ea36a90cb5f6ad97c9390283333bdf6e756e7a3786e5f990ecd690165fde9169dc734ef6a4e0dd2449ab9ba660cd71233524f8e61c54de50c6a5bade53198b40bde79f9a2c2f2fbdb29e7b9eb6bd1997bfdb944a1911b400355395837df1bedd221ffe44dd61d4986cedac343cef106da0a03f546c0570a51ad664d5210726d957d1c097d552f60bae204b4a368e84fd99b74060d3309542ec012dea762dad40ff565880414dbebd4ceca298951d58137356121b02b5fd93d146817269aa1a6d66288c6790c59c10d85e75faabe8fbd4c0275f62ad1fe0463bcb73a4d3174b2778307cef5ffc0fbad6e8f146b4de8a485dd06e0266fcfa1e5900fba29d1a20b0c04e69e1ec3cf12cc0694fa11dae8a2c81ce1d403add25fb5fdac4e04d55e114d1195f5d0f0fb5fcbe64585dbe5f2b36544929404adf01529c05d8b913683d9f72aeacf768c907c8d23cf49ca47b46434e907e44f5da8fe65717bd43c7594e78745d60e83cf2b45b82bd34bba7fd905a16a09fb65cfe3a5af6f537d39b135b4ae3361c0488d47e08e0059d8cd475c70fd69f2a339e399b1ed0a094b9046e4a47ff3015eaa8f7eb88f30d220b556f7ff7a675406bf891aa82da1148a144aba4be38a2b44a71c0c741c356630efb1512db43248a321fe935d465f4f5559177d2fe7ad1996e7960206fd9685cb8582d877316142a1d93994f33a77bf435575a327a764e58706d0d127835fdd223707af52bf985321dc67f2bb7d6d337c60b34e6fa7bb8db776e6dff507d73c761b0c21ac3e6d2a7da232e5c950adb8e6d2d827c8a83990f3dbcef4b5788a35fed8d7327383ad38c2e82927a710092e3067fe2f72618f38a80c2c5f1dcfa23b3e23edb61c8d2b90912', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'connection.refresh_token', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\xf6924dd92bb8a17a6bcd2a79', '\x937b293204a5c250a91f25fdf561b7d35462b2a937e248b3d2e587166fda7f5caf950c477b15683069caf75ad9f2a547490339fc30f56be282c090b0a4df2226', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'connection.access_token', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\x61af3b2d0df0c7a4fae50350', '\xf1dd4250fcdd64093c48e2729d4ae9a4f34e9deb1b3cef750f52d77893c9c5f6ad46aa3fa9ae90ff8b575a58389b131330a5fe7892db9fde25604302008bad369a7fd7109c9774e1b9dc007450621d9fb5582662bfc483e4128b150a85a7b5742a38255f48e96c12df0b2bf7b00f3031813e164dd1b69820a89b4bec9deb610510ac49a22843654a803f3f77436d176fd0a19ef2e38a9f3b4dd862fbdcf1f8d2db4902adaa30ad20b5b56764ea0a0f6f9c3f9a6cf745ce07c952b20034a7c8fb20ba1367345a198ba1215614b2102984c39d9c4f3a986fb7f7d6705996b0c39c7a5f5f064b356e249d6b3e705dbfb850841f9cec672daff6a96588a4282b4b2f76c7336f0e5003bc7ac1829e51847c2c910534a4b2d4c2565a9548f761c3efcaa8f54b7604d6c30d8ddb38136b2785bc674e4c7106383743c9343f4640509cf61dfd1efc91efffbb38883713661486549f1173778a29d61d600817f525aaa7bcc57ec4ccb8b90b37875d54e57a81da1fd405d514849c15176aaca42bab49374608a80eeecede82c592698384c6b2bca6dfca09ec05a1dfae4f08aee3ff65f326bd124e62c0419dcb7f175196254863342ccc11e671ebc68e6b7f2ef4c3b87e398b591c9e515fc0068de2e0b9276f0ab6c4d257592618d242a3eb21f4898e28e5e6afa4b1dda9e18fb2229b604c2df8659b13f8b92ba0efa2613f375ce348538187435e987065f52383eed08dfd133fd12dfee0a0c9cbfb3b4d655a70fa91d5b03167cfdf547aef23182c75fa542e4155e82226875189a4e85c0af8f9c14dbfa57f5831057a20990a757b2a61fa41df6233bf37a8359589701b4ad66550fadf287543d23a9b6ee37938a6d8139f4caea552fb808c884036e52a96707dfdf0492c89d1b0d1d5e42056532cf5bbd955e47656ecc5320ed9e72ad994d8c1592407c03ad6cdb941c50282f86cba875972c0b6df73d420ad591361c1157644ad85907409b5fd7185f8f9dbc70fc78ea2742e5541f463528b8d022d241ff6500cef5f5c6b733e9ab93bfcde12e8eb491a8b', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'connection.refresh_token', '01a22aaf-ea8c-7114-ba64-31e698a4ef7e', 1, '\x79e2953a20084ef12d2d85e6', '\x3bc49277d9a8480be8bbdff9ff347f3a800b82844add01546f33d64ec5b2d100b3a24f27529d87c7db7d2fac63a2aa407da38e5f01b2442004fe7dce3f436edf', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', '01a2f8ae-4a8c-7180-a27e-093887bd11b9', 'tenant.audit_key', '01a2f8ae-4a8c-7188-81af-a152c333328f', 1, '\x966740fd06ba299f50789c21', '\xc8486ab9557f0c7c726fb553ae737f29f9ab2a66507f13d951cf51e5b69fc860525983049b106a04b7131f42f19c3b851a94a94f3247aba212d49b', 1799468501644066, NULL);
INSERT INTO public.credentials VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', '01a2f8ae-4a8c-718c-a0ba-8db8fb1c8442', 'app.client_secret', '01a2f8ae-4a8c-7188-81af-a152c333328f', 1, '\x81598b50ba5eaa0164eeff00', '\x860273ca9ca45ee90520ea76839cbbce87c766a38bd2ee2047e1b6f30f', 1799468501644066, NULL);
INSERT INTO public.data_keys VALUES ('01a22aaf-ea8c-7114-ba64-31e698a4ef7e', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 'key-259ad369', '\x54367e3eb37020254df5ce33', '\x6aed9a8d3f2b9d0bd0c6e9af5613c6d5364cf7a8de2d3c4c86fdb6e0800ced3fed5aedf155c324d6dab2cad12663a536', 10, 1796012501644066, NULL);
INSERT INTO public.data_keys VALUES ('01a22aaf-ea8c-7108-9443-54fc04f30d27', NULL, 'key-259ad369', '\x8b45035fbcd4751e7f2aa48e', '\xe61e2e0e20b7153bb4f074920fee1ea3b6a5911cdbc7e7d8bbef00047bfbeb5659b8c09c7e416bb75a729983a750135d', 0, 1796012501644066, NULL);
INSERT INTO public.data_keys VALUES ('01a2f8ae-4a8c-7188-81af-a152c333328f', '01a2f8ae-4a8c-7180-a27e-093887bd11b9', 'key-259ad369', '\x92412dc08a93523d9badf151', '\xc28f63213d0868d289f0b0a4f3931a5184f3fbc70b09bb2fc65d8d2d116faade8fc6a3dfeab1b100f4353b86c1e885e2', 2, 1799468501644066, NULL);
INSERT INTO public.event_heads VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 16);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7110-9771-ae278299e86b', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-710c-a782-b7b629d41e1d', 'connected', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"connected","granted":["email","offline","openid","profile","tickets:read"]}', 1799468501644066, 1);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7114-bb47-b9930253ba2e', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-710c-a782-b7b629d41e1d', 'health_changed', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"health_changed","from":"not_connected","to":"working","cause":""}', 1799468501644066, 2);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7120-9cd3-2ebd1f0c4274', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'connected', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"connected","granted":["email","offline","openid","profile","tickets:read"]}', 1799468501644066, 3);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7124-a523-ae0e57a80a57', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'health_changed', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"health_changed","from":"not_connected","to":"working","cause":""}', 1799468501644066, 4);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7130-82d7-ec39f76fb5ba', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', 'connected', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"connected","granted":["email","offline","openid","profile","tickets:read"]}', 1799468501644066, 5);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7134-af7c-f256c324e4a7', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', 'health_changed', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"health_changed","from":"not_connected","to":"working","cause":""}', 1799468501644066, 6);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7140-a585-6e046c15dca5', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'connected', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"connected","granted":["email","offline","openid","profile","tickets:read"]}', 1799468501644066, 7);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7144-a37d-f31dcdd2b3a9', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'health_changed', '{"actor":"customer","name":"Ann Lee"}', '{"kind":"health_changed","from":"not_connected","to":"working","cause":""}', 1799468501644066, 8);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7154-8945-1cdf926e7c87', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'health_changed', '{"actor":"person","name":"harbour-owner"}', '{"kind":"health_changed","from":"working","to":"disconnected","cause":"Gorgias refused our access twice"}', 1799468501644066, 9);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7158-8ede-1700c71961a2', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'checked', '{"actor":"person","name":"harbour-owner"}', '{"kind":"checked","result":"Gorgias refused our access"}', 1799468501644066, 10);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-715c-8cbf-7792579e072c', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', 'disconnected', '{"actor":"person","name":"harbour-owner"}', '{"kind":"disconnected","revoked_upstream":true}', 1799468501644066, 11);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7160-b11a-a23e3a056851', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-712c-be67-4ad9bff1d40a', 'health_changed', '{"actor":"person","name":"harbour-owner"}', '{"kind":"health_changed","from":"working","to":"not_connected","cause":""}', 1799468501644066, 12);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7164-8907-549f9c9af047', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'health_changed', '{"actor":"person","name":"harbour-owner"}', '{"kind":"health_changed","from":"working","to":"retrying","cause":"Gorgias had a fault of its own (500)"}', 1799468501644066, 13);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7168-9b3c-a43d921161cd', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-713c-9bd5-f205b8396eb2', 'checked', '{"actor":"person","name":"harbour-owner"}', '{"kind":"checked","result":"Gorgias had a fault of its own (500)"}', 1799468501644066, 14);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-7170-ab97-77c9ce0906a3', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'link_created', '{"actor":"person","name":"harbour-owner"}', '{"kind":"link_created","expires_at":1800073301644066}', 1799468501644066, 15);
INSERT INTO public.events VALUES ('01a2f8ae-4a8c-717c-b156-eb9e061234bf', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a2f8ae-4a8c-7174-8bfd-14dac1a5fb85', 'link_created', '{"actor":"person","name":"harbour-owner"}', '{"kind":"link_created","expires_at":1800073301644066}', 1799468501644066, 16);
INSERT INTO public.memberships VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7110-843d-dadb798979ec', 'owner', 1796012501644066);
INSERT INTO public.memberships VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', '01a2f8ae-4a8c-7184-8e54-665fee2ad3c5', 'owner', 1799468501644066);
INSERT INTO public.pace VALUES (1, 1796012504694324, 0, 0, NULL, 0, NULL);
INSERT INTO public.people VALUES ('01a22aaf-ea8c-7110-843d-dadb798979ec', 'harbour-owner@mooring.example', 'harbour-owner', '$argon2id$v=19$m=19456,t=2,p=1$Hi1a/5aHCNftrL9L792suA$GNDeT1faeERqrfYTefZC8zwiH5jVSxcLZjeNKryKqlg', 1796012501644066);
INSERT INTO public.people VALUES ('01a2f8ae-4a8c-7184-8e54-665fee2ad3c5', 'pier-owner@mooring.example', 'pier-owner', '$argon2id$v=19$m=19456,t=2,p=1$lalHdJJe/rNOHheEP6V/qg$jlIv0gjO+lAzbSFyAg47Z7MBlu3jcRycPIprGZcmpZI', 1799468501644066);
INSERT INTO public.reconnect_links VALUES ('01a2f8ae-4a8c-716c-92e4-b5bd42a1fb7d', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', '01a2f8ae-4a8c-711c-a04c-9af806dec2ac', 'gone', '\x496047e515aa25896c3d032184d84ad7310cef069f9c9dcf36ebf0a3e80fc9ca', 'harbour-owner', NULL, 1799468501644066, 1800073301644066, NULL, NULL, NULL, NULL);
INSERT INTO public.reconnect_links VALUES ('01a2f8ae-4a8c-7178-97c6-e0070ebfe053', '01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', '01a22aaf-ea8c-7118-a124-0f375be6ad6c', '01a2f8ae-4a8c-7174-8bfd-14dac1a5fb85', 'never', '\xd2fb74b7ebd85649e9c1992b8314adf51e823779b19baa4b57ab8a57d9508254', 'harbour-owner', NULL, 1799468501644066, 1800073301644066, NULL, NULL, NULL, NULL);
INSERT INTO public.seaql_migrations VALUES ('m0001_tenants', 1796012500);
INSERT INTO public.seaql_migrations VALUES ('m0002_people', 1796012500);
INSERT INTO public.seaql_migrations VALUES ('m0003_keys', 1796012500);
INSERT INTO public.seaql_migrations VALUES ('m0004_apps', 1796012500);
INSERT INTO public.seaql_migrations VALUES ('m0005_connections', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0006_authorizations', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0007_links', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0008_events', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0009_api_tokens', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0010_heartbeats', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0011_row_security', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0012_audit', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0013_key_rotation', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0014_pace', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0015_turns', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0016_token_read', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0017_event_numbers', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0018_refusals', 1796012501);
INSERT INTO public.seaql_migrations VALUES ('m0019_audit_cut', 1796012501);
INSERT INTO public.sessions VALUES ('\x3fd8abe3b6a5b808b1424c2419bc8c5ef16713f39ffb4b86ffddf68a43d18621', '01a22aaf-ea8c-7110-843d-dadb798979ec', '{}', 1799468501644066, 1799511701644066);
INSERT INTO public.tenants VALUES ('01a22aaf-ea8c-710c-a7b9-5ac9ac81be1d', 'harbour', 'harbour', 1796012501644066);
INSERT INTO public.tenants VALUES ('01a2f8ae-4a8c-7180-a27e-093887bd11b9', 'pier', 'pier', 1799468501644066);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (tenant_id, number);
ALTER TABLE ONLY public.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.authorizations
    ADD CONSTRAINT authorizations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (owner_id, purpose);
ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_heads
    ADD CONSTRAINT event_heads_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.heartbeats
    ADD CONSTRAINT heartbeats_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, person_id);
ALTER TABLE ONLY public.pace
    ADD CONSTRAINT pace_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reconnect_links
    ADD CONSTRAINT reconnect_links_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id_hash);
ALTER TABLE ONLY public.set_up
    ADD CONSTRAINT set_up_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);
CREATE INDEX api_tokens_tenant_id_id ON public.api_tokens USING btree (tenant_id, id);
CREATE UNIQUE INDEX api_tokens_token_hash ON public.api_tokens USING btree (token_hash);
CREATE UNIQUE INDEX apps_tenant_id_slug ON public.apps USING btree (tenant_id, slug);
CREATE UNIQUE INDEX audit_entries_tenant_id_once ON public.audit_entries USING btree (tenant_id, once);
CREATE INDEX authorizations_app_id_origin_created_at ON public.authorizations USING btree (app_id, origin, created_at);
CREATE INDEX authorizations_expires_at ON public.authorizations USING btree (expires_at);
CREATE UNIQUE INDEX authorizations_state_hash ON public.authorizations USING btree (state_hash);
CREATE INDEX connections_app_id ON public.connections USING btree (app_id);
CREATE INDEX connections_leased ON public.connections USING btree (lease_until) WHERE (lease_until > 0);
CREATE INDEX connections_queued ON public.connections USING btree (tenant_id, queued_expiry, id) WHERE ((queued_expiry IS NOT NULL) AND (lease_until = 0));
CREATE INDEX connections_queued_due ON public.connections USING btree (due_at) WHERE (queued_expiry IS NOT NULL);
CREATE UNIQUE INDEX connections_tenant_id_app_id_subdomain ON public.connections USING btree (tenant_id, app_id, subdomain);
CREATE INDEX connections_tenant_id_health_since_id ON public.connections USING btree (tenant_id, health_since, id);
CREATE INDEX connections_tenant_id_health_subdomain_id ON public.connections USING btree (tenant_id, health, subdomain, id);
CREATE INDEX connections_tenant_id_subdomain_id ON public.connections USING btree (tenant_id, subdomain, id);
CREATE INDEX connections_waiting ON public.connections USING btree (due_at) WHERE ((queued_expiry IS NULL) AND (lease_until = 0));
CREATE INDEX credentials_data_key_id ON public.credentials USING btree (data_key_id);
CREATE INDEX credentials_tenant_id ON public.credentials USING btree (tenant_id);
CREATE INDEX data_keys_tenant_id ON public.data_keys USING btree (tenant_id);
CREATE INDEX events_connection_id_id ON public.events USING btree (connection_id, id);
CREATE INDEX events_tenant_id_id ON public.events USING btree (tenant_id, id);
CREATE UNIQUE INDEX events_tenant_id_seq ON public.events USING btree (tenant_id, seq);
CREATE INDEX memberships_person_id ON public.memberships USING btree (person_id);
CREATE UNIQUE INDEX people_email ON public.people USING btree (email);
CREATE INDEX reconnect_links_connection_id_id ON public.reconnect_links USING btree (connection_id, id);
CREATE INDEX reconnect_links_tenant_id_id ON public.reconnect_links USING btree (tenant_id, id);
CREATE UNIQUE INDEX reconnect_links_token_hash ON public.reconnect_links USING btree (token_hash);
CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_person_id ON public.sessions USING btree (person_id);
CREATE UNIQUE INDEX tenants_slug ON public.tenants USING btree (slug);
CREATE TRIGGER number BEFORE INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION public.mooring_number_event();
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_heads
    ADD CONSTRAINT audit_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.authorizations
    ADD CONSTRAINT authorizations_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.authorizations
    ADD CONSTRAINT authorizations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_data_key_id_fkey FOREIGN KEY (data_key_id) REFERENCES public.data_keys(id);
ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.event_heads
    ADD CONSTRAINT event_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.connections(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.reconnect_links
    ADD CONSTRAINT reconnect_links_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.reconnect_links
    ADD CONSTRAINT reconnect_links_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.connections(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.reconnect_links
    ADD CONSTRAINT reconnect_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id) ON DELETE CASCADE;
ALTER TABLE public.api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.apps ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.authorizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner ON public.api_tokens TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.apps TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.audit_entries TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.audit_heads TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.authorizations TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.connections TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.credentials TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.event_heads TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.events TO mooring_before USING (true) WITH CHECK (true);
CREATE POLICY owner ON public.reconnect_links TO mooring_before USING (true) WITH CHECK (true);
ALTER TABLE public.reconnect_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON public.api_tokens TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.apps TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.audit_entries TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.audit_heads TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.authorizations TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.connections TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.credentials TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.event_heads TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.events TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON public.reconnect_links TO mooring_app USING ((tenant_id = (NULLIF(current_setting('mooring.tenant'::text, true), ''::text))::uuid));
REVOKE ALL ON FUNCTION public.mooring_audit_cut() FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_audit_cut() TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_count_scheduled(OUT scheduled bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_count_scheduled(OUT scheduled bigint) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_due_look(present bigint, latest bigint, lease bigint, batch bigint, OUT waiting bigint, OUT queue boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_due_look(present bigint, latest bigint, lease bigint, batch bigint, OUT waiting bigint, OUT queue boolean) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_due_queue(present bigint, batch bigint, OUT moved bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_due_queue(present bigint, batch bigint, OUT moved bigint) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_due_take(lease bigint, present bigint, most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_due_take(lease bigint, present bigint, most bigint) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_due_turns(lease bigint, present bigint, most bigint, served uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_due_turns(lease bigint, present bigint, most bigint, served uuid) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_forget_previous_secrets(present bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_forget_previous_secrets(present bigint) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_number_event() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.mooring_sweep_authorizations(expired_before bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_sweep_authorizations(expired_before bigint) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_take_due(lease bigint, due bigint, most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_take_due(lease bigint, due bigint, most bigint) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_tenant_of_api_token(key bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_tenant_of_api_token(key bytea) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_tenant_of_app(key uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_tenant_of_app(key uuid) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_tenant_of_authorization(key uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_tenant_of_authorization(key uuid) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_tenant_of_link(key bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_tenant_of_link(key bytea) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_tenant_of_state(key bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_tenant_of_state(key bytea) TO mooring_app;
REVOKE ALL ON FUNCTION public.mooring_token_read(digest bytea, app_slug text, app_id uuid, account text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mooring_token_read(digest bytea, app_slug text, app_id uuid, account text) TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_tokens TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.apps TO mooring_app;
GRANT SELECT,INSERT ON TABLE public.audit_entries TO mooring_app;
GRANT UPDATE(actor_name) ON TABLE public.audit_entries TO mooring_app;
GRANT UPDATE(actor_email) ON TABLE public.audit_entries TO mooring_app;
GRANT UPDATE(address) ON TABLE public.audit_entries TO mooring_app;
GRANT UPDATE(salt) ON TABLE public.audit_entries TO mooring_app;
GRANT UPDATE(erasure) ON TABLE public.audit_entries TO mooring_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.audit_heads TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.authorizations TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.connections TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.credentials TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.data_keys TO mooring_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.event_heads TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.events TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.heartbeats TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pace TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reconnect_links TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.seaql_migrations TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.set_up TO mooring_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenants TO mooring_app;
ALTER DEFAULT PRIVILEGES FOR ROLE mooring_before IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO mooring_app;
