//! The life of a connection: how answers of Gorgias and actions of people change it.
//!
//! A transition consumes the connection and gives a [`Change`]: the next state
//! and the events. No transition reads a clock, draws a random number or knows
//! the database; use cases call it and store the result.

mod change;
#[cfg(test)]
mod tests;
mod transitions;

pub use change::Change;
pub use transitions::{Approval, Attempted, Failure, Renewed};

use crate::{
    failure::FailureKind,
    health::{Absence, Condition, Health, Standing},
    health_history::HealthHistory,
    scope::ScopeSet,
    time::{Span, Timestamp},
};
use std::ops::Deref;

/// The life that readers need: a token is renewed before it has less.
pub const NEEDED_LIFE: Span = Span::hours(1);

/// The pause between two tries of an app's credentials that are in doubt.
pub const PROBE_EVERY: Span = Span::minutes(5);

/// What is stored of a connection. All code may read it; only a transition of
/// [`Connection`] changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Which tokens we hold.
    pub standing: Standing,
    /// Whether there is a refresh token.
    pub renewable: bool,
    /// The granted scopes, as Gorgias said last.
    pub granted: ScopeSet,
    /// Whether Gorgias' last answer about the scopes couldn't be read;
    /// `granted` then holds the answer before it.
    pub scopes_unknown: bool,
    /// How many requested scopes are known to be missing.
    pub missing_scopes: usize,
    /// Name of the person who approved it, if Gorgias gave it.
    pub approved_by_name: Option<String>,
    /// E-mail address of the person who approved it, if Gorgias gave it.
    pub approved_by_email: Option<String>,
    /// When the newest access token expires.
    pub access_expires_at: Option<Timestamp>,
    /// When Gorgias last gave tokens.
    pub last_success_at: Option<Timestamp>,
    /// When Gorgias was last asked.
    pub last_attempt_at: Option<Timestamp>,
    /// Since when attempts fail without a verdict on the connection.
    pub failing_since: Option<Timestamp>,
    /// How many attempts failed in a row.
    pub failures: u32,
    /// How the last attempt failed, in plain words.
    pub failure: Option<String>,
    /// How the last attempt failed.
    pub failure_kind: Option<FailureKind>,
    /// Since when Gorgias answers, but refuses this account.
    pub refused_since: Option<Timestamp>,
    /// From when on the connection counts as unchecked.
    pub overdue_at: Option<Timestamp>,
    /// When the next attempt is due; `None` if there is nothing to try.
    pub due_at: Option<Timestamp>,
    /// The stored health: it changes by events only, not with time.
    pub health: Health,
    /// Since when it has that health.
    pub health_since: Timestamp,
    /// The worst health of each of the last days.
    pub history: HealthHistory,
    /// Counts the connection's tokens. A change that began with older tokens is not stored.
    pub token_version: i64,
    /// When its tokens came from a backup. Gorgias may know newer ones, until
    /// the connection is proven after that.
    pub restored_at: Option<Timestamp>,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// The present state of a connection. See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection(State);

/// For reading the state.
impl Deref for Connection {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Connection {
    /// A connection with the stored state.
    pub const fn stored(state: State) -> Self {
        Self(state)
    }

    /// A connection that was offered and not approved yet.
    pub fn offered(now: Timestamp) -> Self {
        Self(State {
            standing: Standing::NotConnected(Absence::NeverFinished),
            renewable: false,
            granted: ScopeSet::default(),
            scopes_unknown: false,
            missing_scopes: 0,
            approved_by_name: None,
            approved_by_email: None,
            access_expires_at: None,
            last_success_at: None,
            last_attempt_at: None,
            failing_since: None,
            failures: 0,
            failure: None,
            failure_kind: None,
            refused_since: None,
            overdue_at: None,
            due_at: None,
            health: Health::NotConnected,
            health_since: now,
            history: HealthHistory::empty(now.day()),
            token_version: 0,
            restored_at: None,
            updated_at: now,
        })
    }
}

impl State {
    /// Everything that decides the health, with the app's own fault, if there is one.
    pub fn condition(&self, credentials_rejected_since: Option<Timestamp>) -> Condition {
        Condition {
            credentials_rejected_since,
            standing: self.standing.clone(),
            renewable: self.renewable,
            access_expires_at: self.access_expires_at,
            failing_since: self.failing_since,
            overdue_at: self.overdue_at,
            missing_scopes: self.missing_scopes,
        }
    }

    /// Whether it has tokens, working or refused: not if they were forgotten on purpose.
    pub const fn has_been_connected(&self) -> bool {
        !matches!(self.standing, Standing::NotConnected(_))
    }

    /// The requested scopes that are known to be missing.
    pub fn missing(&self, requested: &ScopeSet) -> ScopeSet {
        if self.has_been_connected() && !self.scopes_unknown {
            self.granted.missing_of(requested)
        } else {
            ScopeSet::default()
        }
    }

    /// Whether its tokens came from a backup and were not proven since.
    pub fn is_unproven(&self) -> bool {
        self.restored_at
            .is_some_and(|restored| self.last_success_at.is_none_or(|fine| fine < restored))
    }

    /// Whether nothing checked it in time.
    pub fn is_unchecked(&self, now: Timestamp) -> bool {
        Health::own(&self.condition(None), now) == Health::Unchecked
    }

    /// The health to be stored, computed from the other fields at `now`.
    pub fn own_health(&self, now: Timestamp) -> Health {
        let condition = self.condition(None);
        // "Unchecked" is computed on reading; an expired token stays expired.
        match Health::own(&condition, now) {
            Health::Unchecked => Health::stored(&condition),
            own => own,
        }
    }
}
