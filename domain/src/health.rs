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
    /// There is no token: never finished, or disconnected on purpose.
    NotConnected,
    /// Gorgias refuses our access.
    Disconnected,
    /// There is no refresh token; access will run out.
    StoppingSoon,
    /// No attempt was recorded for two check intervals.
    Unchecked,
    /// Gorgias isn't answering, or not usefully.
    Retrying,
    /// Working, but a requested scope isn't granted.
    Limited,
    /// All is well.
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
        /// When.
        at: Timestamp,
    },
}

/// How Gorgias told us that access is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// The refresh was refused with `invalid_grant`, and once more when confirmed.
    Refused,
    /// The same, with a refresh token that came from a backup and wasn't proven
    /// since: an upstream that rotates may have replaced it.
    RefusedAfterRestore,
    /// A fresh access token was answered with 401.
    Unauthorized,
}

/// What we hold for a connection.
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
        /// How it was expressed.
        cause: LossCause,
    },
}

/// All that decides a connection's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Since when the app's own credentials are refused.
    pub credentials_rejected_since: Option<Timestamp>,
    /// What we hold.
    pub standing: Standing,
    /// Whether there is a refresh token.
    pub renewable: bool,
    /// When the newest access token runs out.
    pub access_expires_at: Option<Timestamp>,
    /// Since when attempts fail without a verdict.
    pub failing_since: Option<Timestamp>,
    /// From when on the connection counts as unchecked.
    pub overdue_at: Option<Timestamp>,
    /// How many requested scopes are not covered by the granted ones.
    pub missing_scopes: usize,
}

impl Health {
    /// All states, in the order in which the first that applies wins.
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

    /// What a page shows: the first state of [`Self::ALL`] that applies.
    pub fn of(condition: &Condition, now: Timestamp) -> Self {
        if condition.credentials_rejected_since.is_some() {
            Self::SetupFault
        } else {
            Self::own(condition, now)
        }
    }

    /// The connection's own health, beneath a fault of its app.
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

    /// The own health as far as it changes by events only, not by time
    /// passing: this is what the database stores, and [`Self::own`] adds to it
    /// when it is read.
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

    /// The letter of a day in a stored history.
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

    /// How loudly it asks for attention: 0 is the loudest. Orders lists and
    /// picks the worst state of a day.
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

    /// Whether somebody has to do something about it (Retrying mends itself).
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

    /// The other of two that asks louder.
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
