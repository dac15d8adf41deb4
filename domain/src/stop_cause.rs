//! Why connections stopped working, in a few kinds that can be counted.

use crate::health::Health;
use std::str::FromStr;

/// Why a connection, or with [`Self::Credentials`] a whole app, stopped working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopCause {
    /// Gorgias refused the access: usually somebody deactivated the app.
    Refused,
    /// The access ran out, and nothing could renew it.
    RanOut,
    /// It was approved without a refresh token.
    NotRenewable,
    /// Fewer permissions are granted than the app asks for.
    FewerPermissions,
    /// A person disconnected it in Mooring.
    ByPerson,
    /// Gorgias didn't answer, or asked us to wait.
    NotAnswering,
    /// Gorgias answered, but not usefully, for this account.
    AccountRefused,
    /// Gorgias said that the request was wrong.
    OurRequest,
    /// Gorgias refused the app's own credentials; counted once an incident.
    Credentials,
}

/// The text names no cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cause that Mooring counts")]
pub struct NotACause;

impl StopCause {
    /// All causes.
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::RanOut,
        Self::NotRenewable,
        Self::FewerPermissions,
        Self::ByPerson,
        Self::NotAnswering,
        Self::AccountRefused,
        Self::OurRequest,
        Self::Credentials,
    ];

    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::RanOut => "ran_out",
            Self::NotRenewable => "not_renewable",
            Self::FewerPermissions => "fewer_permissions",
            Self::ByPerson => "by_person",
            Self::NotAnswering => "not_answering",
            Self::AccountRefused => "account_refused",
            Self::OurRequest => "our_request",
            Self::Credentials => "credentials",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Refused => "Gorgias refused access",
            Self::RanOut => "Access ran out",
            Self::NotRenewable => "Can’t renew itself",
            Self::FewerPermissions => "Fewer permissions",
            Self::ByPerson => "Disconnected by a person",
            Self::NotAnswering => "Gorgias not answering",
            Self::AccountRefused => "Gorgias refused one account",
            Self::OurRequest => "Our request was wrong",
            Self::Credentials => "App’s credentials refused",
        }
    }

    /// The state that it leads to, which gives it a colour.
    pub const fn health(self) -> Health {
        match self {
            Self::Refused | Self::RanOut => Health::Disconnected,
            Self::NotRenewable => Health::StoppingSoon,
            Self::FewerPermissions => Health::Limited,
            Self::ByPerson => Health::NotConnected,
            Self::NotAnswering | Self::AccountRefused | Self::OurRequest => Health::Retrying,
            Self::Credentials => Health::SetupFault,
        }
    }
}

/// Whether a connection stopped, or works worse, when its stored state changed so. One
/// that was not connected can't stop.
pub fn stops(from: Health, to: Health) -> bool {
    from != Health::NotConnected && (to == Health::NotConnected || to.severity() < from.severity())
}

/// Whether a connection that was Disconnected is connected again.
pub fn comes_back(from: Health, to: Health) -> bool {
    from == Health::Disconnected && !matches!(to, Health::Disconnected | Health::NotConnected)
}

impl FromStr for StopCause {
    type Err = NotACause;

    fn from_str(code: &str) -> Result<Self, NotACause> {
        Self::ALL
            .into_iter()
            .find(|cause| cause.code() == code)
            .ok_or(NotACause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for cause in StopCause::ALL {
            assert_eq!(cause.code().parse(), Ok(cause));
        }
        assert_eq!("".parse::<StopCause>(), Err(NotACause));
    }
}
