//! What happened to a connection: the entries of its timeline.

use crate::{health::Health, scope::ScopeSet, time::Timestamp, zone::Zone};
use serde::{Deserialize, Serialize};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A person who is signed in to Mooring.
    Person {
        /// Their name.
        name: String,
    },
    /// A backend with an API token.
    ApiToken {
        /// The token's name.
        name: String,
    },
    /// The customer's admin, at Gorgias or on a reconnect link.
    Customer {
        /// Their name, if Gorgias told it.
        name: Option<String>,
    },
    /// Mooring's own background work.
    Worker,
}

impl Actor {
    /// The actor for people: a name, or the kind of actor.
    pub fn label(&self) -> String {
        match self {
            Self::Person { name } => name.clone(),
            Self::ApiToken { name } => format!("API token “{name}”"),
            Self::Customer { name: Some(name) } => format!("{name} (customer)"),
            Self::Customer { name: None } => "The customer".into(),
            Self::Worker => "Mooring".into(),
        }
    }
}

/// What ended a snooze.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnoozeEnd {
    /// Its time was over.
    Time,
    /// The account's state changed.
    Change,
    /// Somebody woke the account.
    Woken,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// First approval: the account was connected.
    Connected {
        /// The granted scopes.
        granted: ScopeSet,
    },
    /// Approved again: the tokens were replaced.
    Reconnected {
        /// The scopes that are granted now.
        granted: ScopeSet,
    },
    /// The granted scopes differ from before.
    ScopesChanged {
        /// New scopes.
        added: ScopeSet,
        /// Scopes that are not granted any more.
        removed: ScopeSet,
    },
    /// The health changed.
    HealthChanged {
        /// Before.
        from: Health,
        /// After.
        to: Health,
        /// Why, in plain words; may be empty.
        cause: String,
    },
    /// It was not checked in time, so nobody vouched for it. The next worker that looks
    /// at it says so.
    Unchecked {
        /// From when on it counted as unchecked.
        since: Timestamp,
    },
    /// A person asked for a check.
    Checked {
        /// The result, in plain words.
        result: String,
    },
    /// A person disconnected the account and its tokens were forgotten.
    Disconnected {
        /// Whether Gorgias confirmed that it revoked them.
        revoked_upstream: bool,
    },
    /// An authorization came back without approval, or Mooring refused it.
    NotApproved {
        /// Why, in plain words.
        reason: String,
    },
    /// A reconnect link was made.
    LinkCreated {
        /// Until when it can be used.
        expires_at: Timestamp,
    },
    /// A reconnect link was opened for the first time.
    LinkOpened,
    /// A reconnect link was withdrawn.
    LinkRevoked,
    /// The account was snoozed: it needs nobody for a while.
    Snoozed {
        /// Until when; `None` until its state changes.
        until: Option<Timestamp>,
        /// Why, as somebody wrote it.
        reason: Option<String>,
    },
    /// The account is not snoozed any more.
    SnoozeEnded {
        /// What ended it.
        by: SnoozeEnd,
    },
    /// Somebody else looks after the account.
    LookedAfter {
        /// The member's name; `None` for nobody.
        owner: Option<String>,
    },
    /// An API token was used from an address that was new in the last 30 days.
    /// The event belongs to the tenant, not to a connection.
    #[serde(rename = "api_token.new_address")]
    ApiTokenNewAddress {
        /// The token's name.
        token: String,
        /// The address.
        address: String,
    },
}

impl Happening {
    /// The event of changed scopes; `None` if they are the same.
    pub fn scopes_changed(before: &ScopeSet, after: &ScopeSet) -> Option<Self> {
        let without = |these: &ScopeSet, those: &ScopeSet| {
            let others = these.iter().filter(|scope| !those.contains(scope.as_str()));
            others.cloned().collect::<ScopeSet>()
        };
        let (added, removed) = (without(after, before), without(before, after));
        (!added.is_empty() || !removed.is_empty()).then_some(Self::ScopesChanged { added, removed })
    }

    /// The code in the database and the machine API.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "connected",
            Self::Reconnected { .. } => "reconnected",
            Self::ScopesChanged { .. } => "scopes_changed",
            Self::HealthChanged { .. } => "health_changed",
            Self::Unchecked { .. } => "unchecked",
            Self::Checked { .. } => "checked",
            Self::Disconnected { .. } => "disconnected",
            Self::NotApproved { .. } => "not_approved",
            Self::LinkCreated { .. } => "link_created",
            Self::LinkOpened => "link_opened",
            Self::LinkRevoked => "link_revoked",
            Self::Snoozed { .. } => "snoozed",
            Self::SnoozeEnded { .. } => "snooze_ended",
            Self::LookedAfter { .. } => "looked_after",
            Self::ApiTokenNewAddress { .. } => "api_token.new_address",
        }
    }

    /// One line for the timeline, without actor and time.
    pub fn sentence(&self, zone: Zone) -> String {
        let list = |s: &ScopeSet| s.to_string().replace(' ', ", ");
        match self {
            Self::Connected { granted } => format!("Connected with {} permissions", granted.len()),
            Self::Reconnected { granted } => {
                format!("Approved again with {} permissions; the tokens were replaced", granted.len())
            }
            Self::ScopesChanged { added, removed } => match (added.is_empty(), removed.is_empty()) {
                (false, true) => format!("Permissions added: {}", list(added)),
                (true, false) => format!("Permissions taken away: {}", list(removed)),
                _ => format!("Permissions added: {}; taken away: {}", list(added), list(removed)),
            },
            Self::HealthChanged { from, to, cause } if cause.is_empty() => {
                format!("{} → {}", from.label(), to.label())
            }
            Self::HealthChanged { from, to, cause } => {
                format!("{} → {}: {cause}", from.label(), to.label())
            }
            Self::Unchecked { since } => {
                format!("Unchecked from {} until now: no check ran in time", since.absolute_in(zone))
            }
            Self::Checked { result } => format!("Checked: {result}"),
            Self::Disconnected { revoked_upstream: true } => {
                "Disconnected; Gorgias confirmed that the tokens are revoked".into()
            }
            Self::Disconnected { revoked_upstream: false } => {
                "Disconnected; the tokens are forgotten here, Gorgias did not confirm that it revoked them".into()
            }
            Self::NotApproved { reason } => format!("Not approved: {reason}"),
            Self::LinkCreated { expires_at } => {
                format!("Reconnect link made, usable until {}", expires_at.absolute_in(zone))
            }
            Self::LinkOpened => "Reconnect link opened".into(),
            Self::LinkRevoked => "Reconnect link withdrawn".into(),
            Self::Snoozed { until, reason } => {
                let until = match until {
                    Some(at) => at.absolute_in(zone),
                    None => "its state changes".into(),
                };
                let reason = reason.as_ref().map(|reason| format!(": {reason}"));
                format!("Snoozed until {until}{}", reason.unwrap_or_default())
            }
            Self::SnoozeEnded { by } => match by {
                SnoozeEnd::Time => "Snooze ended: its time is over".into(),
                SnoozeEnd::Change => "Snooze ended: the state changed".into(),
                SnoozeEnd::Woken => "Snooze ended: somebody woke the account".into(),
            },
            Self::LookedAfter { owner: Some(owner) } => format!("{owner} looks after it"),
            Self::LookedAfter { owner: None } => "Nobody looks after it any more".into(),
            Self::ApiTokenNewAddress { token, address } => format!(
                "The API token “{token}” was used from {address}, where it was not used from in 30 days"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_names_the_kind_as_its_code() {
        let happening = Happening::HealthChanged {
            from: Health::Working,
            to: Health::Disconnected,
            cause: "refused".into(),
        };
        let json = serde_json::to_value(&happening).unwrap();
        assert_eq!(json["kind"], happening.code());
        assert_eq!(json["to"], "disconnected");
        assert_eq!(
            serde_json::from_value::<Happening>(json).unwrap(),
            happening
        );
    }

    #[test]
    fn sentences_name_what_changed() {
        let changed = Happening::ScopesChanged {
            added: ScopeSet::default(),
            removed: "tags:read tickets:read".parse().unwrap(),
        };
        assert_eq!(
            changed.sentence(Zone::UTC),
            "Permissions taken away: tags:read, tickets:read"
        );
        assert_eq!(Actor::Worker.label(), "Mooring");
        let snoozed = |until, reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            Happening::Snoozed { until, reason }.sentence(Zone::UTC)
        };
        assert_eq!(snoozed(None, None), "Snoozed until its state changes");
        assert_eq!(
            snoozed(Timestamp::of_day("2026-11-29"), Some("Approves Sunday")),
            "Snoozed until Sun 29 Nov 2026, 00:00 UTC: Approves Sunday"
        );
    }
}
