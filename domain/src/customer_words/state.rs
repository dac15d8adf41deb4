//! What customers are told of a connection: less than the vendor's people.

use super::Sentences;
use crate::health::Health;

/// How a connection is, for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerState {
    /// It works.
    Works,
    /// Another approval is needed.
    NeedsApproval,
    /// The vendor has to do something, or to wait.
    LookedAt,
}

impl CustomerState {
    /// Of a health. `lacks_offline`: the app doesn't ask to stay connected, so another
    /// approval wouldn't help.
    pub const fn of(health: Health, lacks_offline: bool) -> Self {
        match health {
            Health::Working | Health::Limited => Self::Works,
            Health::Disconnected | Health::NotConnected => Self::NeedsApproval,
            Health::StoppingSoon if lacks_offline => Self::LookedAt,
            Health::StoppingSoon => Self::NeedsApproval,
            Health::SetupFault | Health::Unchecked | Health::Retrying => Self::LookedAt,
        }
    }

    /// The state in words.
    pub fn words(self, said: &Sentences, vendor: &str) -> String {
        match self {
            Self::Works => said.status.works.to_owned(),
            Self::NeedsApproval => said.status.needs_approval.to_owned(),
            Self::LookedAt => (said.status.looked_at)(vendor),
        }
    }

    /// A health that lends the state its colour and icon.
    pub const fn looks_like(self) -> Health {
        match self {
            Self::Works => Health::Working,
            Self::NeedsApproval => Health::Disconnected,
            Self::LookedAt => Health::Retrying,
        }
    }
}

/// Why somebody got a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkReason {
    /// The account was never connected, or was disconnected on purpose.
    Connect,
    /// Permissions are missing.
    MorePermissions,
    /// The access can't be renewed.
    StopsSoon,
    /// The access is lost.
    Lost,
    /// None of these.
    Again,
}

impl From<Health> for LinkReason {
    fn from(health: Health) -> Self {
        match health {
            Health::NotConnected => Self::Connect,
            Health::Limited => Self::MorePermissions,
            Health::StoppingSoon => Self::StopsSoon,
            Health::Disconnected => Self::Lost,
            Health::SetupFault | Health::Unchecked | Health::Retrying | Health::Working => {
                Self::Again
            }
        }
    }
}

impl LinkReason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Connect,
        Self::MorePermissions,
        Self::StopsSoon,
        Self::Lost,
        Self::Again,
    ];
}
