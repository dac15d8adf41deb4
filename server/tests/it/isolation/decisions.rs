//! Who may call which route: one line for each. A route without a line fails a test.

use super::things::Things;
use app::address::{Address, Pattern};
use domain::role::{Role, Role::*};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody; what there is to see, the token or the cookie in the request says.
    Public,
    /// Whoever is signed in, about themselves.
    Themselves,
    /// Members from this role on, also those who are narrowed to some apps.
    Members(Role),
    /// Members from this role on whose role is for the whole tenant.
    Whole(Role),
    /// Decided by something else, which this test covers.
    Elsewhere(&'static str),
}

/// The fields of a form that is filled in well.
pub type Fields = &'static [(&'static str, &'static str)];

/// A decision about a page or a form. What destroys comes last: each role does all
/// that it may in this order.
pub struct Decision {
    pub pattern: Pattern,
    pub who: Who,
    /// For forms.
    pub fields: Option<Fields>,
}

const fn page(pattern: Pattern, who: Who) -> Decision {
    Decision {
        pattern,
        who,
        fields: None,
    }
}

const fn form(pattern: Pattern, who: Who, fields: Fields) -> Decision {
    Decision {
        pattern,
        who,
        fields: Some(fields),
    }
}

use Who::{Elsewhere, Members, Public, Themselves, Whole};

pub const DECISIONS: &[Decision] = &[
    page(Address::HOME, Public),
    page(Address::SETUP, Public),
    page(Address::SIGN_IN, Public),
    page(Address::INVITATION, Public),
    page(Address::RECONNECT, Public),
    page(Address::RESULT, Public),
    page(Address::WHICH_ACCOUNT, Public),
    page(Address::PROBLEM, Public),
    page(Address::INSTALL, Public),
    page(Address::CALLBACK, Public),
    page(Address::BRAND_STYLE, Public),
    page(Address::BRAND_LOGO, Public),
    page(Address::RESET_ASK, Public),
    page(Address::RESET_SENT, Public),
    page(Address::RESET, Public),
    page(Address::SSO_CALLBACK, Public),
    // Only to sign in; for the rest, whoever is signed in.
    page(Address::PASSKEY_CHALLENGE, Public),
    page(Address::SECOND_STEP, Public),
    page(Address::CONFIRM, Themselves),
    page(Address::KEYBOARD, Public),
    page(Address::ME, Themselves),
    page(Address::AUTHENTICATOR, Themselves),
    page(Address::TENANTS, Themselves),
    page(Address::OVERVIEW, Members(Viewer)),
    page(Address::LIVE, Members(Viewer)),
    page(Address::SEARCH, Members(Viewer)),
    page(Address::ACCOUNTS, Members(Viewer)),
    page(Address::ACCOUNT, Members(Viewer)),
    page(Address::CAMPAIGNS, Members(Viewer)),
    page(Address::NEW_CAMPAIGN, Members(Success)),
    page(
        Address::CAMPAIGN,
        Elsewhere("s52_campaigns_are_for_those_who_send_links"),
    ),
    form(
        Address::NEW_CAMPAIGN,
        Elsewhere("s52_campaigns_are_for_those_who_send_links"),
        &[],
    ),
    form(
        Address::CAMPAIGN_STEP,
        Elsewhere("s52_campaigns_are_for_those_who_send_links"),
        &[],
    ),
    page(Address::JOBS, Members(Viewer)),
    // Whoever is narrowed sees their own jobs alone.
    page(
        Address::JOB,
        Elsewhere("s52_a_job_of_another_tenant_is_not_there"),
    ),
    page(Address::APPS, Members(Viewer)),
    page(Address::APP, Members(Viewer)),
    page(Address::APP_PERMISSIONS, Members(Viewer)),
    page(Address::APP_ACCOUNTS, Members(Viewer)),
    page(Address::APP_CREDENTIALS, Members(Operator)),
    page(Address::APP_SETTINGS, Members(Operator)),
    page(Address::SCOPES, Members(Viewer)),
    page(Address::VIEWS, Members(Viewer)),
    form(
        Address::VIEWS,
        Members(Success),
        &[("view", "Lost ones"), ("filter", "health=disconnected")],
    ),
    form(
        Address::VIEW,
        Elsewhere("s52_views_are_changed_by_who_made_them_and_who_manages_them"),
        &[],
    ),
    form(
        Address::REMOVE_VIEW,
        Elsewhere("s52_views_are_changed_by_who_made_them_and_who_manages_them"),
        &[],
    ),
    form(Address::COLUMNS, Members(Viewer), &[("columns", "owner")]),
    page(Address::CONNECT, Members(Success)),
    page(Address::IMPORT_ACCOUNTS, Members(Success)),
    page(
        Address::ANY_ACCOUNT,
        Elsewhere("an_account_has_an_address_without_an_app"),
    ),
    page(Address::DISCONNECT, Members(Operator)),
    page(Address::ERASE, Members(Operator)),
    page(Address::REVEAL, Members(Operator)),
    page(Address::API_TOKENS, Members(Operator)),
    page(Address::NEW_APP, Whole(Operator)),
    page(Address::MEMBERS, Whole(Operator)),
    page(Address::MEMBER, Whole(Operator)),
    page(Address::REMOVE_MEMBER, Whole(Operator)),
    page(Address::AUDIT, Whole(Operator)),
    page(Address::KEYS, Whole(Owner)),
    page(Address::SETTINGS, Whole(Owner)),
    page(Address::DELETE_TENANT, Whole(Owner)),
    form(Address::SETUP, Public, &[]),
    form(Address::SIGN_IN, Public, &[]),
    form(Address::SIGN_OUT, Public, &[]),
    form(Address::THEME, Public, &[]),
    form(Address::KEYBOARD, Public, &[]),
    form(Address::INVITATION, Public, &[]),
    form(Address::RECONNECT, Public, &[]),
    form(Address::OPENED, Public, &[]),
    form(Address::RESULT_AGAIN, Public, &[]),
    form(Address::RESET_ASK, Public, &[]),
    form(Address::RESET, Public, &[]),
    form(Address::SSO, Public, &[]),
    form(Address::SSO_START, Public, &[]),
    form(Address::SIGN_IN_PASSKEY, Public, &[]),
    form(Address::CONFIRM, Themselves, &[]),
    form(Address::CONFIRM_PASSKEY, Themselves, &[]),
    form(Address::SECOND_STEP, Public, &[]),
    form(Address::AUTHENTICATOR, Themselves, &[]),
    form(Address::BEGIN_AUTHENTICATOR, Themselves, &[]),
    form(Address::END_AUTHENTICATOR, Themselves, &[]),
    form(Address::RECOVERY_CODES, Themselves, &[]),
    form(Address::ME, Themselves, &[]),
    form(Address::MY_PASSWORD, Themselves, &[]),
    form(Address::MY_PASSKEYS, Themselves, &[]),
    form(
        Address::NAME_PASSKEY,
        Elsewhere("s52_nobody_touches_or_uses_what_is_somebody_elses"),
        &[],
    ),
    form(
        Address::REMOVE_PASSKEY,
        Elsewhere("s52_nobody_touches_or_uses_what_is_somebody_elses"),
        &[],
    ),
    form(Address::END_OTHER_SESSIONS, Themselves, &[]),
    form(Address::END_SESSION, Themselves, &[]),
    form(
        Address::END_SSO_LINK,
        Elsewhere("a_link_is_made_by_the_person_themselves_alone"),
        &[],
    ),
    form(
        Address::TENANTS,
        Elsewhere("s53_owners_make_tenants_only_where_the_settings_allow_it"),
        &[],
    ),
    form(
        Address::RESTORE_TENANT,
        Elsewhere("connections_rest_and_are_checked_as_soon_as_the_tenant_is_back"),
        &[],
    ),
    form(
        Address::LINKS,
        Members(Success),
        &[("app", "{app}"), ("subdomain", "fresh")],
    ),
    form(Address::CHECK, Members(Success), &[]),
    form(
        Address::JOBS,
        Members(Success),
        &[("action", "check"), ("account", "shop")],
    ),
    form(
        Address::STOP_JOB,
        Elsewhere("s52_a_job_of_another_tenant_is_not_there"),
        &[],
    ),
    form(
        Address::RETRY_JOB,
        Elsewhere("s52_a_job_of_another_tenant_is_not_there"),
        &[],
    ),
    form(
        Address::UNDO_JOB,
        Elsewhere("s52_a_job_of_another_tenant_is_not_there"),
        &[],
    ),
    form(
        Address::JOB_FILE,
        Elsewhere("s52_a_job_of_another_tenant_is_not_there"),
        &[],
    ),
    form(Address::ACCOUNT_LINKS, Members(Success), &[]),
    form(Address::REVOKE_LINK, Members(Success), &[]),
    form(
        Address::CONNECT,
        Members(Operator),
        &[("app", "{app}"), ("subdomain", "fresh")],
    ),
    form(Address::AUTHORIZE, Members(Operator), &[]),
    form(
        Address::APP_CREDENTIALS,
        Members(Operator),
        &[("client_id", "other-id")],
    ),
    form(
        Address::APP_PERMISSIONS,
        Members(Operator),
        // Without “then”, the page tells first what it means.
        &[("scope", "offline"), ("then", "save")],
    ),
    form(
        Address::APP_SETTINGS,
        Members(Operator),
        &[("name", "Other")],
    ),
    form(Address::REFUSALS, Members(Operator), &[]),
    form(Address::REVEAL, Members(Operator), &[]),
    form(Address::SECRET, Members(Operator), &[("new_secret", "new")]),
    form(Address::SECRET_STEP, Members(Operator), &[]),
    form(
        Address::API_TOKENS,
        Members(Operator),
        &[("name", "new"), ("role", "viewer"), ("app", "{app}")],
    ),
    form(
        Address::ROTATE_API_TOKEN,
        Members(Operator),
        &[("overlap", "24h")],
    ),
    form(Address::END_OLD_API_TOKEN, Members(Operator), &[]),
    form(Address::REVOKE_API_TOKEN, Members(Operator), &[]),
    form(Address::EXPORT_AUDIT, Whole(Operator), &[]),
    form(
        Address::NEW_APP,
        Whole(Operator),
        &[
            ("name", "New"),
            ("client_id", "new-id"),
            ("client_secret", "new-secret"),
            ("scope", "offline"),
        ],
    ),
    form(
        Address::MEMBERS,
        Whole(Operator),
        &[
            ("email", "new@example.com"),
            ("role", "viewer"),
            ("limit", "all"),
        ],
    ),
    form(
        Address::MEMBER,
        Whole(Operator),
        &[("role", "success"), ("limit", "all")],
    ),
    form(Address::RENEW_INVITATION, Whole(Operator), &[]),
    form(Address::WITHDRAW_INVITATION, Whole(Operator), &[]),
    form(Address::REMOVE_MEMBER, Whole(Operator), &[]),
    form(Address::KEYS, Whole(Owner), &[]),
    form(Address::SETTINGS, Whole(Owner), &[("name", "New")]),
    form(Address::SETTINGS_BRAND, Whole(Owner), &[]),
    form(Address::SETTINGS_LOGO, Whole(Owner), &[]),
    form(Address::REMOVE_LOGO, Whole(Owner), &[]),
    form(
        Address::SETTINGS_LINKS,
        Whole(Owner),
        &[("link_life", "7"), ("zone", "UTC")],
    ),
    form(
        Address::SETTINGS_RETENTION,
        Whole(Owner),
        &[("events_kept", "forever"), ("audit_kept", "forever")],
    ),
    form(
        Address::SETTINGS_SSO,
        Whole(Owner),
        &[("issuer", "none"), ("client_id", "x"), ("others", "nobody")],
    ),
    form(Address::TRY_SSO, Whole(Owner), &[]),
    form(Address::END_SSO, Whole(Owner), &[]),
    form(
        Address::ADMIT_BY_SSO,
        Elsewhere("owners_set_it_up_on_the_settings_page"),
        &[],
    ),
    form(Address::SETTINGS_SECOND_FACTOR, Whole(Owner), &[]),
    form(Address::SETTINGS_MAIL, Whole(Owner), &[]),
    form(Address::SETTINGS_TEST_MAIL, Whole(Owner), &[]),
    form(
        Address::CUSTOMER,
        Members(Success),
        &[("name", "Acme Outdoor")],
    ),
    form(
        Address::ANY_ACCOUNT,
        Members(Success),
        &[("name", "Acme Outdoor")],
    ),
    form(Address::IMPORT_ACCOUNTS, Members(Success), &[]),
    form(Address::SNOOZE, Members(Success), &[("until", "change")]),
    form(Address::WAKE, Members(Success), &[]),
    form(Address::LOOK_AFTER, Members(Success), &[("owner", "")]),
    form(Address::DISCONNECT, Members(Operator), &[]),
    form(Address::ERASE, Members(Operator), &[("confirm", "shop")]),
    form(
        Address::REMOVE_APP,
        Members(Operator),
        &[("confirm", "{app}")],
    ),
    form(
        Address::DELETE_TENANT,
        Whole(Owner),
        &[("confirm", "{tenant}")],
    ),
];

impl Decision {
    /// Whether it is about something of a tenant, which its address names.
    pub fn is_of_tenant(&self) -> bool {
        self.pattern.0.contains("{tenant}") && !matches!(self.who, Elsewhere(_) | Public)
    }

    /// Whether a member with this role may.
    pub fn allows(&self, role: Role, narrowed: bool) -> bool {
        match self.who {
            Public | Themselves => true,
            Members(least) => includes(role, least),
            Whole(least) => !narrowed && includes(role, least),
            Elsewhere(_) => false,
        }
    }

    /// The fields, with things of a tenant in them.
    pub fn filled(&self, things: &Things) -> Vec<(&'static str, String)> {
        let fields = self.fields.unwrap_or_default();
        let fill = |value: &str| things.fill(value, self.pattern);
        fields
            .iter()
            .map(|(name, value)| (*name, fill(value)))
            .collect()
    }
}

/// Whether a role is at least another one.
fn includes(role: Role, least: Role) -> bool {
    let strength = |role| Role::OF_PEOPLE.iter().position(|other| *other == role);
    strength(role) <= strength(least)
}

/// A decision about a call of the machine API: its method, its path, the roles, and
/// whether a token that is tied to one app may call it for that app.
pub type Call = (
    &'static str,
    &'static str,
    &'static [Role],
    bool,
    &'static str,
);

const LOOK: &[Role] = &[Owner, Operator, Success, Viewer];
const ALL: &[Role] = &[Owner, Operator, Success, Viewer, Backend];
const SEND: &[Role] = &[Owner, Operator, Success, Backend];
const TOKENS: &[Role] = &[Owner, Operator, Backend];
const RUN: &[Role] = &[Owner, Operator];

/// Every call, with a body that can be read. What destroys comes last.
pub const CALLS: &[Call] = &[
    ("get", "/apps", LOOK, true, ""),
    ("get", "/apps/{app}", LOOK, true, ""),
    ("get", "/apps/{app}/secrets", RUN, true, ""),
    ("get", "/connections", ALL, true, ""),
    ("get", "/connections/{app}/{subdomain}", ALL, true, ""),
    (
        "get",
        "/connections/{app}/{subdomain}/events",
        ALL,
        true,
        "",
    ),
    ("get", "/events", ALL, true, ""),
    (
        "get",
        "/connections/{app}/{subdomain}/token",
        TOKENS,
        true,
        "",
    ),
    (
        "post",
        "/connections/{app}/{subdomain}/refresh",
        SEND,
        true,
        "",
    ),
    (
        "post",
        "/connections/{app}/{subdomain}/reconnect-links",
        SEND,
        true,
        "{}",
    ),
    (
        "post",
        "/reconnect-links",
        SEND,
        true,
        r#"{"app":"{app}","subdomain":"fresh"}"#,
    ),
    ("get", "/links", SEND, true, ""),
    ("delete", "/links/{id}", SEND, true, ""),
    ("get", "/campaigns", LOOK, true, ""),
    ("get", "/campaigns/{id}", LOOK, true, ""),
    (
        "post",
        "/campaigns",
        &[Owner, Operator, Success],
        true,
        r#"{"app":"{app}","name":"All","audience":"disconnected"}"#,
    ),
    ("get", "/accounts", LOOK, true, ""),
    ("get", "/accounts/{subdomain}", LOOK, true, ""),
    (
        "patch",
        "/accounts/{subdomain}",
        &[Owner, Operator, Success],
        true,
        r#"{"name":"Acme Outdoor","tags":["VIP"]}"#,
    ),
    (
        "post",
        "/accounts/import",
        &[Owner, Operator, Success],
        true,
        // The header of a CSV file, which is JSON as well.
        r#""subdomain""#,
    ),
    ("patch", "/apps/{app}", RUN, true, r#"{"name":"Other"}"#),
    (
        "post",
        "/apps/{app}/secrets",
        RUN,
        true,
        r#"{"client_secret":"new"}"#,
    ),
    (
        "post",
        "/apps/{app}/secrets/test",
        RUN,
        true,
        r#"{"slot":"in_use"}"#,
    ),
    ("post", "/apps/{app}/secrets/switch", RUN, true, ""),
    ("post", "/apps/{app}/secrets/roll-back", RUN, true, ""),
    ("delete", "/apps/{app}/secrets/next", RUN, true, ""),
    (
        "post",
        "/apps",
        RUN,
        false,
        r#"{"name":"New","slug":"new","client_id":"new-id","client_secret":"new","scopes":["offline"]}"#,
    ),
    ("delete", "/connections/{app}/{subdomain}", RUN, true, ""),
    ("delete", "/apps/{app}", RUN, true, ""),
];
