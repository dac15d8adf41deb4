//! The life of a connection: what an answer of Gorgias, or what a person does,
//! makes of it.
//!
//! A transition consumes the connection and gives a [`Change`]: the next state
//! and what happened. No transition reads a clock, draws a random number or
//! knows the database; use cases call it and store what it gives.

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

/// How much life readers need: a token is renewed before it has less.
pub const NEEDED_LIFE: Span = Span::hours(1);

/// How long to wait where the app's own credentials are in doubt, before one
/// connection tries them again.
pub const PROBE_EVERY: Span = Span::minutes(5);

/// What is held of a connection, and known about it. Everybody may read it; it
/// changes by a transition of [`Connection`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What we hold.
    pub standing: Standing,
    /// Whether there is a refresh token.
    pub renewable: bool,
    /// What was granted, as Gorgias told it last.
    pub granted: ScopeSet,
    /// Whether what Gorgias said last of the scopes couldn't be read; `granted`
    /// is then what it said before.
    pub scopes_unknown: bool,
    /// How many requested scopes are known not to be granted.
    pub missing_scopes: usize,
    /// Name of whoever approved it, if Gorgias told it.
    pub approved_by_name: Option<String>,
    /// E-mail address of whoever approved it, if Gorgias told it.
    pub approved_by_email: Option<String>,
    /// When the newest access token runs out.
    pub access_expires_at: Option<Timestamp>,
    /// When Gorgias last gave tokens.
    pub last_success_at: Option<Timestamp>,
    /// When Gorgias was last asked.
    pub last_attempt_at: Option<Timestamp>,
    /// Since when attempts fail without a verdict.
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
    /// The health that is stored: as far as it changes by events only.
    pub health: Health,
    /// Since when it has that health.
    pub health_since: Timestamp,
    /// The worst health of each of the last days.
    pub history: HealthHistory,
    /// Counts the tokens that were held: a change that was made from others is
    /// not stored.
    pub token_version: i64,
    /// When its tokens came from a backup. They may be older than those that
    /// Gorgias knows, until it is proven after that.
    pub restored_at: Option<Timestamp>,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// A connection as it is now. See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection(State);

/// To read it.
impl Deref for Connection {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Connection {
    /// A connection as it was stored.
    pub const fn stored(state: State) -> Self {
        Self(state)
    }

    /// A connection that was only offered so far.
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
    /// All that decides the health, with the app's own fault, if there is one.
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

    /// Whether tokens were ever held and not forgotten on purpose.
    pub const fn has_been_connected(&self) -> bool {
        !matches!(self.standing, Standing::NotConnected(_))
    }

    /// Which of the requested scopes are known not to be granted.
    pub fn missing(&self, requested: &ScopeSet) -> ScopeSet {
        if self.has_been_connected() && !self.scopes_unknown {
            self.granted.missing_of(requested)
        } else {
            ScopeSet::default()
        }
    }

    /// Whether it wasn't proven since its tokens came from a backup.
    pub fn is_unproven(&self) -> bool {
        self.restored_at
            .is_some_and(|restored| self.last_success_at.is_none_or(|fine| fine < restored))
    }

    /// The health that its other fields say at `now`, to be stored.
    pub fn own_health(&self, now: Timestamp) -> Health {
        let condition = self.condition(None);
        // "Unchecked" is decided when read; a token that ran out is for good.
        match Health::own(&condition, now) {
            Health::Unchecked => Health::stored(&condition),
            own => own,
        }
    }
}
