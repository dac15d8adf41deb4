//! How things look as JSON. Instants are RFC 3339 in UTC.

use domain::{event, failure::FailureKind, scope::ScopeSet, time::Timestamp};
use serde_json::{Value, json};
use service::{
    apps::{App, secrets::Slots},
    connections::{events::TimelineEntry, row::AccountRow, show::Account},
    core::config::Config,
};

fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| at.rfc3339().into())
}

fn scopes(set: &ScopeSet) -> Value {
    set.iter().map(|scope| scope.as_str()).collect()
}

/// An app; never its secret.
pub fn app(app: &App, config: &Config) -> Value {
    json!({
        "id": app.id,
        "slug": app.slug,
        "name": app.name,
        "client_id": app.client_id,
        "scopes": scopes(&app.requested),
        "after_install_url": app.after_install_url,
        "basic_encoding": app.basic_encoding.code(),
        "pkce": if app.pkce { "on" } else { "off" },
        "install_url": config.install_url(app.id),
        "redirect_uri": config.redirect_uri(app.id),
        "fault_since": time(app.credentials.rejected_since()),
        "fault": app.credentials.fault.map(|fault| if fault.by_refusals { "refusals" } else { "credentials" }),
        "created_at": app.created_at.rfc3339(),
    })
}

/// The slots of an app's client secrets; never a secret.
pub fn secrets(slots: &Slots) -> Value {
    let next = slots.next.as_ref().map(|next| {
        json!({
            "added_at": next.added_at.rfc3339(),
            "added_by": next.added_by,
            "tested_at": time(next.tested.map(|(_, at)| at)),
            "result": next.tested.map(|(result, _)| result.code()),
            "ready": next.ready(),
        })
    });
    json!({
        "in_use_since": time(slots.in_use_since),
        "next": next,
        "previous_until": time(slots.previous_until),
    })
}

/// A connection as lists have it.
pub fn row(row: &AccountRow) -> Value {
    json!({
        "app": row.app_slug,
        "app_id": row.app_id,
        "subdomain": row.subdomain,
        "health": row.health,
        "own_health": row.own_health,
        "health_since": row.health_since.rfc3339(),
        "reason": row.explanation.reason,
        "detail": row.explanation.detail,
        "failure_kind": row.failure.map(FailureKind::code),
        "needs_someone": row.needs_someone,
        "scopes": {
            "granted": scopes(&row.granted),
            "missing": scopes(&row.missing),
            "known": !row.scopes_unknown,
        },
        "approved_by": row.approved_by,
        "access_expires_at": time(row.access_expires_at),
        // The name that it was published under first.
        "last_fine_at": time(row.last_success),
        "last_success_at": time(row.last_success),
        "last_checked_at": time(row.last_attempt),
        "next_check_at": time(row.next_attempt),
    })
}

/// A connection with everything.
pub fn connection(account: &Account) -> Value {
    let mut value = row(&account.row);
    value["scopes"] = json!({
        "requested": scopes(&account.app.requested),
        "granted": scopes(&account.row.granted),
        "missing": scopes(&account.row.missing),
        "known": !account.row.scopes_unknown,
        "extra": scopes(&account.comparison.extra),
        "deprecated": scopes(&account.comparison.deprecated),
    });
    value["failure"] = json!(account.failure);
    value["created_at"] = account.created_at.rfc3339().into();
    value
}

/// An entry of a timeline.
pub fn event(entry: &TimelineEntry) -> Value {
    let (kind, name) = match &entry.actor {
        event::Actor::Person { name } => ("person", Some(name)),
        event::Actor::ApiToken { name } => ("api_token", Some(name)),
        event::Actor::Customer { name } => ("customer", name.as_ref()),
        event::Actor::Worker => ("worker", None),
    };
    let mut details = serde_json::to_value(&entry.happening).unwrap_or_default();
    if let Some(details) = details.as_object_mut() {
        details.remove("kind");
    }
    if let event::Happening::LinkCreated { expires_at } = &entry.happening {
        details["expires_at"] = expires_at.rfc3339().into();
    }
    json!({
        "id": entry.id,
        "at": entry.at.rfc3339(),
        "kind": entry.happening.code(),
        "sentence": entry.happening.sentence(),
        "actor": { "kind": kind, "name": name },
        "details": details,
    })
}
