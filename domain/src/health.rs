//! The health of a connection: eight states, decided by a pure function.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The state that a page shows for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Gorgias refuses the app's own credentials; a state of the app.
    SetupFault,
    /// There is no token: never approved, or disconnected on purpose.
    NotConnected,
    /// Gorgias refuses our access.
    Disconnected,
    /// There is no refresh token; the access will expire.
    StoppingSoon,
    /// No attempt was recorded for two check intervals.
    Unchecked,
    /// Gorgias doesn't answer, or not usefully.
    Retrying,
    /// Working, but a requested scope isn't granted.
    Limited,
    /// Everything works.
    Working,
}

/// The text names no health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a health is one of setup_fault, not_connected, disconnected, stopping_soon, unchecked, retrying, limited, working"
)]
pub struct NotAHealth;

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// An authorization was offered and never finished.
    NeverFinished,
    /// A person disconnected the account on purpose.
    OnPurpose {
        /// Their name.
        by: String,
        /// When the person disconnected it.
        at: Timestamp,
    },
}

/// How Gorgias told us that access was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// The refresh was refused with `invalid_grant`, and refused again on confirmation.
    Refused,
    /// As [`Self::Refused`], with a refresh token that came from a backup and
    /// was not proven since. If Gorgias rotates refresh tokens, a newer one may
    /// exist.
    RefusedAfterRestore,
    /// The API answered 401 to a new access token.
    Unauthorized,
}

/// Which tokens we hold for a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// No tokens.
    NotConnected(Absence),
    /// Tokens that, as far as we know, work.
    Connected,
    /// Tokens that Gorgias refused.
    Lost {
        /// When the refusal came.
        at: Timestamp,
        /// What Gorgias answered.
        cause: LossCause,
    },
}

/// Everything that decides a connection's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Since when the app's own credentials are refused.
    pub credentials_rejected_since: Option<Timestamp>,
    /// Which tokens we hold.
    pub standing: Standing,
    /// Whether there is a refresh token.
    pub renewable: bool,
    /// When the newest access token expires.
    pub access_expires_at: Option<Timestamp>,
    /// Since when attempts fail without a verdict on the connection.
    pub failing_since: Option<Timestamp>,
    /// From when on the connection counts as unchecked.
    pub overdue_at: Option<Timestamp>,
    /// How many requested scopes are not covered by the granted ones.
    pub missing_scopes: usize,
}

impl Health {
    /// All states; the first that applies wins.
    pub const ALL: [Self; 8] = [
        Self::SetupFault,
        Self::NotConnected,
        Self::Disconnected,
        Self::StoppingSoon,
        Self::Unchecked,
        Self::Retrying,
        Self::Limited,
        Self::Working,
    ];

    /// The state that a page shows: the first of [`Self::ALL`] that applies.
    pub fn of(condition: &Condition, now: Timestamp) -> Self {
        if condition.credentials_rejected_since.is_some() {
            Self::SetupFault
        } else {
            Self::own(condition, now)
        }
    }

    /// The connection's own health, without the fault of its app.
    pub fn own(condition: &Condition, now: Timestamp) -> Self {
        let stored = Self::stored(condition);
        let past = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        match stored {
            Self::StoppingSoon if past(condition.access_expires_at) => Self::Disconnected,
            Self::Retrying | Self::Limited | Self::Working if past(condition.overdue_at) => {
                Self::Unchecked
            }
            other => other,
        }
    }

    /// The own health as far as it changes by events only, not with time. The
    /// database stores it; [`Self::own`] adds the rest when it is read.
    pub fn stored(condition: &Condition) -> Self {
        match condition.standing {
            Standing::NotConnected(_) => Self::NotConnected,
            Standing::Lost { .. } => Self::Disconnected,
            Standing::Connected if !condition.renewable => Self::StoppingSoon,
            Standing::Connected if condition.failing_since.is_some() => Self::Retrying,
            Standing::Connected if condition.missing_scopes > 0 => Self::Limited,
            Standing::Connected => Self::Working,
        }
    }

    /// The code in URLs, the machine API, the database and the style sheet.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SetupFault => "setup_fault",
            Self::NotConnected => "not_connected",
            Self::Disconnected => "disconnected",
            Self::StoppingSoon => "stopping_soon",
            Self::Unchecked => "unchecked",
            Self::Retrying => "retrying",
            Self::Limited => "limited",
            Self::Working => "working",
        }
    }

    /// The letter for one day of a stored history.
    pub const fn letter(self) -> char {
        match self {
            Self::SetupFault => 'S',
            Self::NotConnected => 'N',
            Self::Disconnected => 'D',
            Self::StoppingSoon => 'T',
            Self::Unchecked => 'U',
            Self::Retrying => 'R',
            Self::Limited => 'L',
            Self::Working => 'W',
        }
    }

    /// The adjective that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SetupFault => "Setup fault",
            Self::NotConnected => "Not connected",
            Self::Disconnected => "Disconnected",
            Self::StoppingSoon => "Stopping soon",
            Self::Unchecked => "Unchecked",
            Self::Retrying => "Retrying",
            Self::Limited => "Limited",
            Self::Working => "Working",
        }
    }

    /// How urgent the state is: 0 is the most urgent. Orders lists and picks
    /// the worst state of a day.
    pub const fn severity(self) -> u8 {
        match self {
            Self::SetupFault => 0,
            Self::Disconnected => 1,
            Self::StoppingSoon => 2,
            Self::Unchecked => 3,
            Self::Retrying => 4,
            Self::Limited => 5,
            Self::NotConnected => 6,
            Self::Working => 7,
        }
    }

    /// Whether a person has to act (Retrying needs nobody).
    pub const fn needs_someone(self) -> bool {
        matches!(
            self,
            Self::SetupFault
                | Self::Disconnected
                | Self::StoppingSoon
                | Self::Unchecked
                | Self::Limited
        )
    }

    /// Whether the state is never stored: an app or the time decides it, and it lies over
    /// the one that is stored.
    pub const fn lies_over_another(self) -> bool {
        matches!(self, Self::SetupFault | Self::Unchecked)
    }

    /// The more urgent of the two states.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if other.severity() < self.severity() {
            other
        } else {
            self
        }
    }
}

impl FromStr for Health {
    type Err = NotAHealth;

    fn from_str(code: &str) -> Result<Self, NotAHealth> {
        Self::ALL
            .into_iter()
            .find(|h| h.code() == code)
            .ok_or(NotAHealth)
    }
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
