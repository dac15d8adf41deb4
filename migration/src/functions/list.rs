//! All functions, and who may call them.

/// A function with all versions of its text.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Name and argument types, as in GRANT and DROP.
    pub signature: &'static str,
    /// Who calls it.
    pub caller: Caller,
    /// The versions, oldest first.
    pub versions: &'static [Version],
}

/// Who calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The program's role.
    Program,
    /// Only a trigger.
    Trigger,
    /// Only processes of the previous version, until `mooring migrate --finish`.
    Before,
}

/// The text of a function from one step on. Most functions have one version,
/// whose text is changed in place. A function that needs something from a later
/// step gets a further version, so that the previous one can be put back.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// The step that added it.
    pub since: &'static str,
    /// `CREATE OR REPLACE FUNCTION …`
    pub text: &'static str,
}

const fn function(
    signature: &'static str,
    caller: Caller,
    versions: &'static [Version],
) -> Function {
    Function {
        signature,
        caller,
        versions,
    }
}

macro_rules! version {
    ($since:literal, $file:literal) => {
        Version {
            since: $since,
            text: include_str!(concat!($file, ".sql")),
        }
    };
}

/// Every function of the schema, by name.
pub const FUNCTIONS: &[Function] = &[
    function(
        "mooring_add_account()",
        Caller::Trigger,
        &[version!("m0050_accounts", "add_account")],
    ),
    function(
        "mooring_audit_cut()",
        Caller::Before,
        &[
            version!("m0019_audit_cut", "audit_cut.m0019"),
            version!("m0022_audit_removals", "audit_cut"),
        ],
    ),
    function(
        "mooring_audit_cut_through(bigint, bytea, bytea)",
        Caller::Program,
        &[version!("m0022_audit_removals", "audit_cut_through")],
    ),
    function(
        "mooring_audit_heads()",
        Caller::Program,
        &[version!("m0023_head_log", "audit_heads")],
    ),
    function(
        "mooring_begin_account()",
        Caller::Trigger,
        &[version!("m0051_kept_counts", "begin_account")],
    ),
    function(
        "mooring_begin_tag()",
        Caller::Trigger,
        &[
            version!("m0051_kept_counts", "begin_tag.m0051"),
            version!("m0057_snooze", "begin_tag"),
        ],
    ),
    function(
        "mooring_campaigns_due(bigint, bigint)",
        Caller::Program,
        &[version!("m0058_campaigns", "campaigns_due")],
    ),
    function(
        "mooring_count_grant()",
        Caller::Trigger,
        &[version!("m0059_granted_sets", "count_grant")],
    ),
    function(
        "mooring_count_scheduled()",
        Caller::Program,
        &[version!("m0015_turns", "count_scheduled")],
    ),
    function(
        "mooring_deleted_memberships(uuid)",
        Caller::Program,
        &[version!("m0038_tenants", "deleted_memberships")],
    ),
    function(
        "mooring_due_look(bigint, bigint, bigint, bigint)",
        Caller::Program,
        &[version!("m0015_turns", "due_look")],
    ),
    function(
        "mooring_due_queue(bigint, bigint)",
        Caller::Program,
        &[version!("m0015_turns", "due_queue")],
    ),
    function(
        "mooring_due_take(bigint, bigint, bigint)",
        Caller::Program,
        &[version!("m0015_turns", "due_take")],
    ),
    function(
        "mooring_due_turns(bigint, bigint, bigint, uuid)",
        Caller::Program,
        &[version!("m0015_turns", "due_turns")],
    ),
    function(
        "mooring_end_snooze()",
        Caller::Trigger,
        &[version!("m0057_snooze", "end_snooze")],
    ),
    function(
        "mooring_events_cut(bigint, bigint)",
        Caller::Program,
        &[version!("m0038_tenants", "events_cut")],
    ),
    function(
        "mooring_find_accounts(text, boolean, bigint)",
        Caller::Program,
        &[version!("m0052_search", "find_accounts")],
    ),
    function(
        "mooring_fold_counts(bigint)",
        Caller::Program,
        &[version!("m0051_kept_counts", "fold_counts")],
    ),
    function(
        "mooring_fold_health_days(bigint, bigint)",
        Caller::Program,
        &[version!("m0055_health_days", "fold_health_days")],
    ),
    function(
        "mooring_forget_previous_secrets(bigint)",
        Caller::Program,
        &[version!("m0013_key_rotation", "forget_previous_secrets")],
    ),
    function(
        "mooring_head_log_cut()",
        Caller::Program,
        &[version!("m0023_head_log", "head_log_cut")],
    ),
    function(
        "mooring_jobs_due(bigint, bigint)",
        Caller::Program,
        &[version!("m0056_jobs", "jobs_due")],
    ),
    function(
        "mooring_judge_account(uuid, character varying)",
        Caller::Trigger,
        &[version!("m0051_kept_counts", "judge_account")],
    ),
    function(
        "mooring_keep_account()",
        Caller::Trigger,
        &[
            version!("m0051_kept_counts", "keep_account.m0051"),
            version!("m0057_snooze", "keep_account"),
        ],
    ),
    function(
        "mooring_keep_app_health()",
        Caller::Trigger,
        &[version!("m0055_health_days", "keep_app_health")],
    ),
    function(
        "mooring_keep_campaign_account()",
        Caller::Trigger,
        &[version!("m0065_campaign_counts", "keep_campaign_account")],
    ),
    function(
        "mooring_keep_connection()",
        Caller::Trigger,
        &[version!("m0051_kept_counts", "keep_connection")],
    ),
    function(
        "mooring_keep_connection_grant()",
        Caller::Trigger,
        &[version!("m0059_granted_sets", "keep_connection_grant")],
    ),
    function(
        "mooring_keep_grant(uuid)",
        Caller::Trigger,
        &[version!("m0059_granted_sets", "keep_grant")],
    ),
    function(
        "mooring_keep_health()",
        Caller::Trigger,
        &[version!("m0055_health_days", "keep_health")],
    ),
    function(
        "mooring_keep_tag()",
        Caller::Trigger,
        &[version!("m0051_kept_counts", "keep_tag")],
    ),
    function(
        "mooring_mails_due(bigint, bigint)",
        Caller::Program,
        &[version!("m0044_mail_text", "mails_due")],
    ),
    function(
        "mooring_memberships(uuid)",
        Caller::Before,
        &[
            version!("m0033_members", "memberships.m0033"),
            version!("m0038_tenants", "memberships"),
        ],
    ),
    function(
        "mooring_memberships_by_session(uuid)",
        Caller::Program,
        &[version!("m0039_single_sign_on", "memberships_by_session")],
    ),
    function(
        "mooring_memberships_of(uuid)",
        Caller::Before,
        &[
            version!("m0021_memberships", "memberships_of.m0021"),
            version!("m0033_members", "memberships_of.m0033"),
            version!("m0038_tenants", "memberships_of"),
        ],
    ),
    function(
        "mooring_number_event()",
        Caller::Trigger,
        &[version!("m0017_event_numbers", "number_event")],
    ),
    function(
        "mooring_recount(boolean)",
        Caller::Program,
        &[
            version!("m0051_kept_counts", "recount.m0051"),
            version!("m0057_snooze", "recount.m0057"),
            version!("m0059_granted_sets", "recount"),
        ],
    ),
    function(
        "mooring_recount_health_days(boolean, bigint, bigint)",
        Caller::Program,
        &[version!("m0055_health_days", "recount_health_days")],
    ),
    function(
        "mooring_rejudgements_due(bigint, bigint)",
        Caller::Program,
        &[version!("m0060_rejudgements", "rejudgements_due")],
    ),
    function(
        "mooring_remove_tenant()",
        Caller::Program,
        &[
            version!("m0022_audit_removals", "remove_tenant.m0022"),
            version!("m0039_single_sign_on", "remove_tenant"),
        ],
    ),
    function(
        "mooring_search_contacts()",
        Caller::Trigger,
        &[version!("m0052_search", "search_contacts")],
    ),
    function(
        "mooring_search_refresh(uuid, text)",
        Caller::Trigger,
        &[version!("m0052_search", "search_refresh")],
    ),
    function(
        "mooring_search_row()",
        Caller::Trigger,
        &[version!("m0052_search", "search_row")],
    ),
    function(
        "mooring_search_words(uuid, text)",
        Caller::Trigger,
        &[version!("m0052_search", "search_words")],
    ),
    function(
        "mooring_snoozes_over(bigint, bigint)",
        Caller::Program,
        &[version!("m0057_snooze", "snoozes_over")],
    ),
    function(
        "mooring_sweep_authorizations(bigint)",
        Caller::Program,
        &[version!("m0011_row_security", "sweep_authorizations")],
    ),
    function(
        "mooring_sweep_jobs(bigint, bigint, bigint)",
        Caller::Program,
        &[version!("m0056_jobs", "sweep_jobs")],
    ),
    function(
        "mooring_sweep_mails(bigint)",
        Caller::Program,
        &[version!("m0035_mails", "sweep_mails")],
    ),
    function(
        "mooring_take_due(bigint, bigint, bigint)",
        Caller::Before,
        &[version!("m0011_row_security", "take_due")],
    ),
    function(
        "mooring_tenant_of_api_token(bytea)",
        Caller::Program,
        &[
            version!("m0011_row_security", "tenant_of_api_token.m0011"),
            version!("m0038_tenants", "tenant_of_api_token.m0038"),
            version!("m0048_api_token_secrets", "tenant_of_api_token"),
        ],
    ),
    function(
        "mooring_tenant_of_app(uuid)",
        Caller::Program,
        &[
            version!("m0011_row_security", "tenant_of_app.m0011"),
            version!("m0038_tenants", "tenant_of_app"),
        ],
    ),
    function(
        "mooring_tenant_of_authorization(uuid)",
        Caller::Program,
        &[
            version!("m0011_row_security", "tenant_of_authorization.m0011"),
            version!("m0038_tenants", "tenant_of_authorization"),
        ],
    ),
    function(
        "mooring_tenant_of_brand(text)",
        Caller::Program,
        &[version!("m0038_tenants", "tenant_of_brand")],
    ),
    function(
        "mooring_tenant_of_invitation(bytea)",
        Caller::Program,
        &[
            version!("m0033_members", "tenant_of_invitation.m0033"),
            version!("m0038_tenants", "tenant_of_invitation"),
        ],
    ),
    function(
        "mooring_tenant_of_link(bytea)",
        Caller::Program,
        &[
            version!("m0011_row_security", "tenant_of_link.m0011"),
            version!("m0038_tenants", "tenant_of_link"),
        ],
    ),
    function(
        "mooring_tenant_of_state(bytea)",
        Caller::Program,
        &[
            version!("m0011_row_security", "tenant_of_state.m0011"),
            version!("m0038_tenants", "tenant_of_state"),
        ],
    ),
    function(
        "mooring_token_at_hand(bytea, text, uuid, text)",
        // For processes of the version before, which have the installation's role, too.
        Caller::Program,
        &[
            version!("m0027_api_token_limits", "token_at_hand.m0027"),
            version!("m0038_tenants", "token_at_hand"),
        ],
    ),
    function(
        "mooring_token_fast_path(bytea, text, uuid, text)",
        Caller::Program,
        &[version!("m0048_api_token_secrets", "token_fast_path")],
    ),
    function(
        "mooring_token_read(bytea, text, uuid, text)",
        Caller::Before,
        &[
            version!("m0016_token_read", "token_read.m0016"),
            version!("m0038_tenants", "token_read"),
        ],
    ),
];
