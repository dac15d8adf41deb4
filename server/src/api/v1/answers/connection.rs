//! A connection: a short form for lists, and one with every member.

use super::{HealthSchema, Time};
use domain::{failure::FailureKind, health::Health, scope::ScopeSet, time::Timestamp};
use serde::Serialize;
use service::connections::{row::AccountRow, show::Account};
use utoipa::ToSchema;

/// Declares a connection. It has every member if `created_at` and `failure` are named.
macro_rules! connection {
    (
        $(#[$about:meta])*
        $name:ident, $scopes:ident $(, $created_at:ident, $failure:ident)?
    ) => {
        #[derive(Serialize, ToSchema)]
        $(#[$about])*
        pub struct $name {
            /// When the access token expires.
            #[schema(required)]
            access_expires_at: Option<Time>,
            /// The app's name in addresses.
            app: String,
            #[schema(format = "uuid")]
            app_id: String,
            /// The person who approved it, if Gorgias told.
            #[schema(required)]
            approved_by: Option<String>,
            $(
                /// When it was first offered or connected.
                $created_at: Time,
            )?
            /// The consequences of the reason; may be empty.
            detail: String,
            $(
                /// Why the last attempt failed, in plain words.
                #[schema(required)]
                $failure: Option<String>,
            )?
            /// How the last attempt failed, as long as Mooring tries again.
            #[schema(required)]
            failure_kind: Option<Failure>,
            #[schema(value_type = HealthSchema)]
            health: Health,
            health_since: Time,
            /// When the last attempt was made.
            #[schema(required)]
            last_checked_at: Option<Time>,
            /// The same as `last_success_at`, under the name that was published first.
            #[schema(required)]
            last_fine_at: Option<Time>,
            /// When the connection last proved to work.
            #[schema(required)]
            last_success_at: Option<Time>,
            /// Whether a person has to do something.
            needs_someone: bool,
            /// When the next attempt is due.
            #[schema(required)]
            next_check_at: Option<Time>,
            /// The connection's own health, without its app's setup fault.
            #[schema(value_type = HealthSchema)]
            own_health: Health,
            /// The health in words.
            reason: String,
            scopes: $scopes,
            /// The account's name at Gorgias.
            subdomain: String,
        }

        impl $name {
            /// `scopes` makes the scopes from the granted ones, whether those are
            /// known, and the missing ones.
            fn of(
                row: AccountRow,
                $($created_at: Timestamp,)?
                $($failure: Option<String>,)?
                scopes: impl FnOnce(ScopeSet, bool, ScopeSet) -> $scopes,
            ) -> Self {
                Self {
                    access_expires_at: row.access_expires_at.map(Time),
                    app: row.app_slug.to_string(),
                    app_id: row.app_id.to_string(),
                    approved_by: row.approved_by,
                    $($created_at: Time($created_at),)?
                    detail: row.explanation.detail,
                    $($failure,)?
                    failure_kind: row.failure.map(Failure::from),
                    health: row.health,
                    health_since: Time(row.health_since),
                    last_checked_at: row.last_attempt.map(Time),
                    last_fine_at: row.last_success.map(Time),
                    last_success_at: row.last_success.map(Time),
                    needs_someone: row.needs_someone,
                    next_check_at: row.next_attempt.map(Time),
                    own_health: row.own_health,
                    reason: row.explanation.reason,
                    scopes: scopes(row.granted, !row.scopes_unknown, row.missing),
                    subdomain: row.subdomain.to_string(),
                }
            }
        }
    };
}

connection! {
    /// A connection in a list.
    Connection, Scopes
}

/// The granted and the missing scopes.
#[derive(Serialize, ToSchema)]
struct Scopes {
    #[schema(value_type = Vec<String>)]
    granted: ScopeSet,
    /// False if Gorgias' last answer could not be read; then `granted` is from the
    /// answer before, and `missing` is empty.
    known: bool,
    /// Requested, but not granted.
    #[schema(value_type = Vec<String>)]
    missing: ScopeSet,
}

connection! {
    /// A connection with every member.
    #[schema(example = json!({
        "app": "returns",
        "app_id": "019a9f00-0000-7000-8000-000000000001",
        "subdomain": "acme-shop",
        "health": "limited",
        "own_health": "limited",
        "health_since": "2026-11-28T09:12:44Z",
        "reason": "Working, but 1 permission is missing: tags:read.",
        "detail": "The account's admin can approve them with a link; until then everything else works.",
        "failure_kind": null,
        "failure": null,
        "needs_someone": true,
        "scopes": {
            "requested": ["offline", "openid", "tags:read", "tickets:read"],
            "granted": ["offline", "openid", "tickets:read"],
            "missing": ["tags:read"],
            "extra": [],
            "deprecated": [],
            "known": true,
        },
        "approved_by": "Ann Lee",
        "access_expires_at": "2026-11-30T14:05:00Z",
        "last_fine_at": "2026-11-29T14:05:00Z",
        "last_success_at": "2026-11-29T14:05:00Z",
        "last_checked_at": "2026-11-29T14:05:00Z",
        "next_check_at": "2026-11-29T19:31:10Z",
        "created_at": "2026-11-01T08:00:00Z",
    }))]
    ConnectionDetails, ScopeDetails, created_at, failure
}

/// The requested and the granted scopes.
#[derive(Serialize, ToSchema)]
struct ScopeDetails {
    /// Granted, but announced to be removed.
    #[schema(value_type = Vec<String>)]
    deprecated: ScopeSet,
    /// Granted, but not requested.
    #[schema(value_type = Vec<String>)]
    extra: ScopeSet,
    #[schema(value_type = Vec<String>)]
    granted: ScopeSet,
    /// False if Gorgias' last answer could not be read; then `granted` is from the
    /// answer before, and `missing` is empty.
    known: bool,
    /// Requested, but not granted.
    #[schema(value_type = Vec<String>)]
    missing: ScopeSet,
    #[schema(value_type = Vec<String>)]
    requested: ScopeSet,
}

/// How an attempt failed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FailureKind)]
enum Failure {
    /// No answer, or a fault of Gorgias' own (5xx).
    NotAnswering,
    /// 429.
    AskedToWait,
    /// A refusal of this account without an OAuth error, such as 401 or 403.
    AccountRefused,
    /// An answer that can't be read or used.
    Unreadable,
    /// An OAuth error about the request, such as `invalid_request`.
    RequestRefused,
    /// `invalid_client`, not confirmed by a second one yet.
    ClientRefused,
}

/// The result of a disconnection.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "revoked_upstream": true }))]
pub struct Revoked {
    /// Whether Gorgias confirmed that it revoked the refresh token.
    pub revoked_upstream: bool,
}

impl From<FailureKind> for Failure {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::NotAnswering => Self::NotAnswering,
            FailureKind::AskedToWait => Self::AskedToWait,
            FailureKind::AccountRefused(_) => Self::AccountRefused,
            FailureKind::Unreadable => Self::Unreadable,
            FailureKind::RequestRefused => Self::RequestRefused,
            FailureKind::ClientRefused => Self::ClientRefused,
        }
    }
}

impl From<AccountRow> for Connection {
    fn from(row: AccountRow) -> Self {
        Self::of(row, |granted, known, missing| Scopes {
            granted,
            known,
            missing,
        })
    }
}

impl From<Account> for ConnectionDetails {
    fn from(account: Account) -> Self {
        let scopes = |granted, known, missing| ScopeDetails {
            deprecated: account.comparison.deprecated,
            extra: account.comparison.extra,
            granted,
            known,
            missing,
            requested: account.app.requested,
        };
        Self::of(account.row, account.created_at, account.failure, scopes)
    }
}
