//! The result of a transition.

use super::{Connection, State};
use crate::{event::Happening, health::Health, time::Timestamp};

/// The next state of a connection, and the events. It takes effect only when it
/// is stored; it is not stored if the connection has other tokens by then.
#[must_use = "a change counts only once it is stored"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The next state.
    pub next: Connection,
    /// The `token_version` that the change began with.
    pub from_version: i64,
    /// The events, in order.
    pub events: Vec<Happening>,
}

/// A change that is being made.
pub(super) struct Draft {
    pub next: State,
    from_version: i64,
    from_health: Health,
    /// From when on it counted as unchecked, if it does.
    unchecked: Option<Timestamp>,
    now: Timestamp,
    events: Vec<Happening>,
}

impl Draft {
    /// Begins a change of the connection at `now`.
    pub fn of(connection: Connection, now: Timestamp) -> Self {
        let Connection(next) = connection;
        Self {
            from_version: next.token_version,
            from_health: next.health,
            unchecked: next.overdue_at.filter(|_| next.is_unchecked(now)),
            next,
            now,
            events: Vec::new(),
        }
    }

    /// Adds an event.
    pub fn happened(&mut self, event: impl Into<Option<Happening>>) {
        self.events.extend(event.into());
    }

    /// Completes the change and computes the health. If the health changed, an
    /// event says so with this `cause` (plain words; may be empty). If it counted as
    /// unchecked and was looked at now, another event comes first.
    pub fn done(self, cause: &str) -> Change {
        let Self {
            mut next,
            from_version,
            from_health: from,
            unchecked,
            now,
            mut events,
        } = self;
        if let Some(since) = unchecked.filter(|since| next.overdue_at != Some(*since)) {
            events.insert(0, Happening::Unchecked { since });
        }
        let to = next.own_health(now);
        next.history = next.history.record(now.day(), Some(from), to);
        next.updated_at = now;
        if from != to {
            next.health = to;
            next.health_since = now;
            events.push(Happening::HealthChanged {
                from,
                to,
                cause: cause.to_owned(),
            });
        }
        Change {
            next: Connection(next),
            from_version,
            events,
        }
    }
}
