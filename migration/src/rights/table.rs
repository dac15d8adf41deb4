//! The only list of the program's rights. A new table needs a line here, a new
//! function one in `functions/list.rs`; a test compares both lists with the
//! schema.

/// A table and what the program's role may do with it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name in the schema `public`.
    pub name: &'static str,
    /// The privileges, as in GRANT; empty for none.
    pub may: &'static str,
    /// The rows that the role sees.
    pub rows: Rows,
}

/// The rows that the program's role sees and may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The rows of the tenant that `mooring.tenant` names, by a policy.
    OfTenant,
    /// Those, and the rows that belong to no tenant.
    OfTenantOrNone,
    /// All rows, and why there is no policy.
    All(&'static str),
}

const fn of_tenant(name: &'static str, may: &'static str) -> Table {
    Table {
        name,
        may,
        rows: Rows::OfTenant,
    }
}

const fn all(name: &'static str, may: &'static str, why: &'static str) -> Table {
    Table {
        name,
        may,
        rows: Rows::All(why),
    }
}

/// Every table of the schema, by name.
pub const TABLES: &[Table] = &[
    of_tenant("account_contacts", "SELECT, INSERT, UPDATE, DELETE"),
    // Triggers write it, as the owner of the tables.
    of_tenant("account_search", "SELECT"),
    of_tenant("account_tags", "SELECT, INSERT, DELETE"),
    of_tenant("accounts", "SELECT, INSERT, UPDATE, DELETE"),
    of_tenant("api_token_addresses", "SELECT, INSERT, UPDATE, DELETE"),
    of_tenant("api_tokens", "SELECT, INSERT, UPDATE"),
    of_tenant("apps", "SELECT, INSERT, UPDATE, DELETE"),
    // Entries are added; in existing ones, only personal fields may be emptied.
    of_tenant(
        "audit_entries",
        "SELECT, INSERT, UPDATE (actor_name, actor_email, address, salt, erasure)",
    ),
    // Only the function that removes entries sets where they begin, and records it.
    of_tenant(
        "audit_heads",
        "SELECT, INSERT, UPDATE (count, last_mac, seal)",
    ),
    of_tenant("audit_removals", "SELECT"),
    all(
        "audit_stream",
        "SELECT, INSERT, UPDATE",
        "the installation's: which process streams",
    ),
    of_tenant("audit_stream_positions", "SELECT, INSERT, UPDATE"),
    all(
        "authenticator_set_ups",
        "SELECT, INSERT, UPDATE, DELETE",
        "a person's, in all of their tenants",
    ),
    all(
        "authenticators",
        "SELECT, INSERT, UPDATE, DELETE",
        "a person's, who is asked for a code before any tenant is known",
    ),
    of_tenant("authorizations", "SELECT, INSERT, UPDATE"),
    of_tenant("brands", "SELECT, INSERT, UPDATE, DELETE"),
    of_tenant("campaign_accounts", "SELECT, INSERT, UPDATE"),
    of_tenant("campaigns", "SELECT, INSERT, UPDATE"),
    // Triggers write it, as the owner of the tables.
    of_tenant("connection_grants", "SELECT"),
    of_tenant("connections", "SELECT, INSERT, UPDATE, DELETE"),
    // Functions alone write what is counted.
    of_tenant("count_changes", "SELECT"),
    of_tenant("credentials", "SELECT, INSERT, UPDATE, DELETE"),
    all(
        "data_keys",
        "SELECT, INSERT, UPDATE, DELETE",
        "all are handed over when a master key changes, and without one they are of no use",
    ),
    of_tenant("event_heads", "SELECT, INSERT, UPDATE"),
    of_tenant("events", "SELECT, INSERT"),
    all(
        "form_results",
        "SELECT, INSERT, UPDATE, DELETE",
        "a session's, in all tenants of its person",
    ),
    // As `connection_grants`.
    of_tenant("granted_sets", "SELECT"),
    all("head_log", "SELECT, INSERT", "tells of all tenants"),
    all(
        "head_log_end",
        "SELECT, INSERT, UPDATE",
        "tells of all tenants",
    ),
    // Functions alone write what is kept of days.
    of_tenant("health_day_changes", "SELECT"),
    of_tenant("health_days", "SELECT"),
    all("heartbeats", "SELECT, INSERT, UPDATE", "the worker's"),
    all(
        "installation",
        "SELECT, UPDATE (head_log_data_key_id, head_log_key_nonce, head_log_key)",
        "the installation's",
    ),
    of_tenant("invitations", "SELECT, INSERT, UPDATE"),
    of_tenant("job_items", "SELECT, INSERT, UPDATE"),
    of_tenant("jobs", "SELECT, INSERT, UPDATE"),
    of_tenant("kept_counts", "SELECT"),
    all(
        "known_browsers",
        "SELECT, INSERT, UPDATE, DELETE",
        "a person's, in all of their tenants",
    ),
    Table {
        name: "mails",
        may: "SELECT, INSERT, UPDATE, DELETE",
        rows: Rows::OfTenantOrNone,
    },
    of_tenant("memberships", "SELECT, INSERT, UPDATE, DELETE"),
    all("pace", "SELECT, UPDATE", "the worker's, for all tenants"),
    all(
        "passkeys",
        "SELECT, INSERT, UPDATE, DELETE",
        "a person's, who signs in with them before a tenant is known",
    ),
    all(
        "password_resets",
        "SELECT, INSERT, UPDATE, DELETE",
        "a person's, who is not signed in",
    ),
    all(
        "people",
        "SELECT, INSERT, UPDATE",
        "a person may belong to several tenants, and signs in before any is known",
    ),
    of_tenant("reconnect_links", "SELECT, INSERT, UPDATE"),
    all(
        "recovery_codes",
        "SELECT, INSERT, DELETE",
        "a person's, who is asked for one before any tenant is known",
    ),
    of_tenant("rejudgements", "SELECT, INSERT, UPDATE, DELETE"),
    of_tenant("saved_views", "SELECT, INSERT, UPDATE, DELETE"),
    all(
        "seaql_migrations",
        "SELECT",
        "which steps of the schema were taken",
    ),
    all(
        "sessions",
        "SELECT, INSERT, UPDATE, DELETE",
        "a person's, in all of their tenants",
    ),
    all(
        "set_up",
        "SELECT, INSERT, UPDATE, DELETE",
        "from before there is a tenant",
    ),
    all(
        "sign_in_failures",
        "SELECT, INSERT, UPDATE, DELETE",
        "counted before anybody is known",
    ),
    of_tenant("sso_identities", "SELECT, INSERT, UPDATE, DELETE"),
    of_tenant("sso_settings", "SELECT, INSERT, UPDATE, DELETE"),
    all(
        "sso_states",
        "SELECT, INSERT, DELETE",
        "digests of random states, which name no tenant",
    ),
    of_tenant("tenant_events", "SELECT, INSERT"),
    // The right to update the name allows locking the row. Only a function removes a
    // tenant for good.
    all(
        "tenants",
        "SELECT, INSERT, UPDATE (name, link_life, zone, events_kept, audit_kept, deleted_at, deleted_by, mail_text, mail_answers_to, second_factor)",
        "what a page's address names is looked up here before anybody has proven to belong to it",
    ),
    all(
        "used_challenges",
        "SELECT, INSERT, DELETE",
        "of nobody; says which passkey's challenge was answered",
    ),
];
