//! Events of a connection and of the tenant.

use super::{HealthSchema, Time};
use domain::{
    event::{self, Happening},
    health::Health,
    ids::AppId,
    scope::ScopeSet,
};
use serde::Serialize;
use service::connections::events::TimelineEntry;
use utoipa::ToSchema;

/// An event of a connection.
#[derive(Serialize, ToSchema)]
pub struct Event {
    actor: Actor,
    at: Time,
    details: Details,
    #[schema(format = "uuid")]
    id: String,
    kind: Kind,
    /// One line for people.
    sentence: String,
}

/// An event of the tenant.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019a9f00-0000-7000-8000-000000000003",
    "at": "2026-11-29T14:05:00Z",
    "kind": "health_changed",
    "sentence": "Working → Disconnected: Gorgias refused our access twice",
    "actor": { "kind": "worker", "name": null },
    "details": { "from": "working", "to": "disconnected", "cause": "Gorgias refused our access twice" },
    "app": "returns",
    "app_id": "019a9f00-0000-7000-8000-000000000001",
    "subdomain": "acme-shop",
}))]
pub struct TenantEvent {
    actor: Actor,
    /// The app's name in addresses; null if the event belongs to the tenant.
    #[schema(required)]
    app: Option<String>,
    /// Null if the event belongs to the tenant.
    #[schema(required, format = "uuid")]
    app_id: Option<String>,
    at: Time,
    details: Details,
    #[schema(format = "uuid")]
    id: String,
    kind: Kind,
    /// One line for people.
    sentence: String,
    /// The account; null if the event belongs to the tenant.
    #[schema(required)]
    subdomain: Option<String>,
}

/// The actor that caused the event.
#[derive(Serialize, ToSchema)]
struct Actor {
    kind: ActorKind,
    /// The actor's name, if there is one.
    #[schema(required)]
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActorKind {
    Person,
    ApiToken,
    Customer,
    Worker,
}

/// The kind of an event.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EventKind)]
enum Kind {
    Connected,
    Reconnected,
    ScopesChanged,
    HealthChanged,
    Unchecked,
    Checked,
    Disconnected,
    NotApproved,
    LinkCreated,
    LinkOpened,
    LinkRevoked,
    Snoozed,
    SnoozeEnded,
    LookedAfter,
    #[serde(rename = "api_token.new_address")]
    ApiTokenNewAddress,
}

/// More about the event; `kind` decides which members there are.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = EventDetails)]
struct Details {
    /// `scopes_changed`
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<ScopeSet>,
    /// `api_token.new_address`
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// `snooze_ended`: `time`, `change` or `woken`
    #[schema(value_type = Option<SnoozeEndSchema>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<event::SnoozeEnd>,
    /// `health_changed`; may be empty
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// `link_created`
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    /// `health_changed`
    #[schema(value_type = Option<HealthSchema>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Health>,
    /// `connected`, `reconnected`
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<ScopeSet>,
    /// `looked_after`: the member's name; missing for nobody
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// `not_approved`; `snoozed`, if somebody said why
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// `scopes_changed`
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<ScopeSet>,
    /// `checked`
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// `disconnected`
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_upstream: Option<bool>,
    /// `unchecked`: from when on nobody vouched for it
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Time>,
    /// `health_changed`
    #[schema(value_type = Option<HealthSchema>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Health>,
    /// `api_token.new_address`: the token's name
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// `snoozed`; missing if it is until the next change
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Time>,
}

/// What ended a snooze.
#[derive(ToSchema)]
#[schema(as = SnoozeEnd, rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum SnoozeEndSchema {
    Time,
    Change,
    Woken,
}

impl From<event::Actor> for Actor {
    fn from(actor: event::Actor) -> Self {
        let (kind, name) = match actor {
            event::Actor::Person { name } => (ActorKind::Person, Some(name)),
            event::Actor::ApiToken { name } => (ActorKind::ApiToken, Some(name)),
            event::Actor::Customer { name } => (ActorKind::Customer, name),
            event::Actor::Worker => (ActorKind::Worker, None),
        };
        Self { kind, name }
    }
}

/// The kind of an event, and its details.
fn told(happening: Happening) -> (Kind, Details) {
    let mut details = Details::default();
    let kind = match happening {
        Happening::Connected { granted } => {
            details.granted = Some(granted);
            Kind::Connected
        }
        Happening::Reconnected { granted } => {
            details.granted = Some(granted);
            Kind::Reconnected
        }
        Happening::ScopesChanged { added, removed } => {
            (details.added, details.removed) = (Some(added), Some(removed));
            Kind::ScopesChanged
        }
        Happening::HealthChanged { from, to, cause } => {
            (details.from, details.to) = (Some(from), Some(to));
            details.cause = Some(cause);
            Kind::HealthChanged
        }
        Happening::Unchecked { since } => {
            details.since = Some(Time(since));
            Kind::Unchecked
        }
        Happening::Checked { result } => {
            details.result = Some(result);
            Kind::Checked
        }
        Happening::Disconnected { revoked_upstream } => {
            details.revoked_upstream = Some(revoked_upstream);
            Kind::Disconnected
        }
        Happening::NotApproved { reason } => {
            details.reason = Some(reason);
            Kind::NotApproved
        }
        Happening::LinkCreated { expires_at } => {
            details.expires_at = Some(Time(expires_at));
            Kind::LinkCreated
        }
        Happening::LinkOpened => Kind::LinkOpened,
        Happening::LinkRevoked => Kind::LinkRevoked,
        Happening::Snoozed { until, reason } => {
            (details.until, details.reason) = (until.map(Time), reason);
            Kind::Snoozed
        }
        Happening::SnoozeEnded { by } => {
            details.by = Some(by);
            Kind::SnoozeEnded
        }
        Happening::LookedAfter { owner } => {
            details.owner = owner;
            Kind::LookedAfter
        }
        Happening::ApiTokenNewAddress { token, address } => {
            (details.token, details.address) = (Some(token), Some(address));
            Kind::ApiTokenNewAddress
        }
    };
    (kind, details)
}

impl From<TimelineEntry> for Event {
    fn from(entry: TimelineEntry) -> Self {
        let sentence = entry.happening.sentence(domain::zone::Zone::UTC);
        let (kind, details) = told(entry.happening);
        Self {
            actor: entry.actor.into(),
            at: Time(entry.at),
            details,
            id: entry.id.to_string(),
            kind,
            sentence,
        }
    }
}

impl TenantEvent {
    /// An event, with its app and account.
    pub fn new(
        entry: TimelineEntry,
        app_id: Option<AppId>,
        app: Option<String>,
        subdomain: Option<String>,
    ) -> Self {
        let event = Event::from(entry);
        Self {
            actor: event.actor,
            app,
            app_id: app_id.map(|id| id.to_string()),
            at: event.at,
            details: event.details,
            id: event.id,
            kind: event.kind,
            sentence: event.sentence,
            subdomain,
        }
    }
}
