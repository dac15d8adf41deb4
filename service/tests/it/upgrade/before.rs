//! What processes of the version before do, as the role that they work as:
//! its statements, as far as rights and functions decide.

use crate::rights::{ask, in_session};
use secrecy::SecretString;

/// How many steps its schema has.
pub const STEPS: u32 = 19;

const AS_BEFORE: &str = "SET ROLE mooring_app";
const OF_TENANT: &str = "SELECT set_config('mooring.tenant', (SELECT id::text FROM tenants WHERE slug = 'harbour'), true)";

/// All of it is done, then taken back.
pub async fn runs(url: &SecretString) {
    let statements = [
        "BEGIN",
        AS_BEFORE,
        // Before a tenant is known.
        "DO $$ BEGIN IF (SELECT count(*) FROM memberships) <> 2 THEN RAISE 'memberships'; END IF; END $$",
        "SELECT * FROM tenants, people, sessions, data_keys, pace, heartbeats, set_up",
        "DO $$ BEGIN IF (SELECT count(*) FROM apps) <> 0 THEN RAISE 'apps'; END IF; END $$",
        "SELECT mooring_due_look(0, 0, 0, 1), mooring_due_queue(0, 1), mooring_count_scheduled()",
        "SELECT * FROM mooring_due_take(0, 0, 1), mooring_due_turns(0, 0, 1, gen_random_uuid())",
        "SELECT mooring_sweep_authorizations(0), mooring_forget_previous_secrets(0)",
        "SELECT * FROM mooring_token_read('', '', NULL, '')",
        "SELECT mooring_tenant_of_app(gen_random_uuid()), mooring_tenant_of_state(''), \
            mooring_tenant_of_authorization(gen_random_uuid()), mooring_tenant_of_link(''), \
            mooring_tenant_of_api_token('')",
        "UPDATE pace SET slow = slow",
        "INSERT INTO heartbeats (name, at) VALUES ('worker', 0) ON CONFLICT (name) DO UPDATE SET at = 0",
        "DELETE FROM sessions WHERE expires_at < 0",
        "INSERT INTO tenants (id, slug, name, created_at) VALUES (gen_random_uuid(), 'new', '', 0)",
        // Within a tenant.
        OF_TENANT,
        "UPDATE apps SET updated_at = updated_at",
        "UPDATE connections SET token_version = token_version",
        "UPDATE credentials SET updated_at = updated_at",
        "UPDATE reconnect_links SET opened_at = opened_at",
        "INSERT INTO events (id, tenant_id, connection_id, kind, actor, details, at) \
            SELECT gen_random_uuid(), tenant_id, id, 'checked', '{}', '{}', 0 FROM connections LIMIT 1",
        "DO $$ BEGIN IF (SELECT max(seq) FROM events) <> (SELECT count FROM event_heads) THEN RAISE 'events'; END IF; END $$",
        "INSERT INTO audit_entries SELECT tenant_id, number + 1, format, at, actor_kind, actor_id, action, target_kind, \
            target_id, target, outcome, detail, repeats, NULL, actor_name, actor_email, address, salt, personal, erasure, mac \
            FROM audit_entries ORDER BY number DESC LIMIT 1",
        "UPDATE audit_heads SET count = count + 1, last_mac = last_mac, seal = seal",
        // What is too old is cut off, and leaves a record.
        "UPDATE audit_heads SET first = first + 1",
        "SELECT mooring_audit_cut()",
        "DO $$ BEGIN IF EXISTS (SELECT FROM audit_entries e JOIN audit_heads h USING (tenant_id) WHERE e.number <= h.first) \
            THEN RAISE 'audit_entries'; END IF; END $$",
        "ROLLBACK",
    ];
    in_session(url, &statements).await.unwrap();
}

/// security.md 73: of the tables that came since, it has none. What it would have
/// got by default was taken by the first step, and is once more by the second.
pub async fn gets_nothing_new(administrator: &SecretString) {
    for table in [
        "api_token_addresses",
        "audit_removals",
        "authenticator_set_ups",
        "authenticators",
        "form_results",
        "head_log",
        "head_log_end",
        "installation",
        "recovery_codes",
        "tenant_events",
    ] {
        let may = format!(
            "SELECT has_table_privilege('mooring_app', '{table}', 'SELECT, INSERT, UPDATE, DELETE')"
        );
        assert_eq!(ask(administrator, &may).await, "false", "{table}");
    }
}

/// Nothing of it, after the second step. Asked by an administrator, since who
/// owns the tables isn't a member of that role any more.
pub async fn can_nothing(administrator: &SecretString) {
    let there = ask(
        administrator,
        "SELECT count(*) FROM pg_roles WHERE rolname = 'mooring_app'",
    );
    if there.await == "0" {
        return;
    }
    for sql in [
        "SELECT * FROM tenants",
        "SELECT * FROM people",
        "SELECT * FROM memberships",
        "DELETE FROM audit_entries",
        "SELECT mooring_audit_cut()",
        "SELECT * FROM mooring_token_read('', '', NULL, '')",
    ] {
        let refused = in_session(administrator, &[AS_BEFORE, sql]).await;
        let refused = refused.expect_err(sql).to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
}
