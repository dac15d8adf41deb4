//! Kinds of failed attempts. They tell the reader what came from Gorgias in
//! place of a token.

use crate::time::Span;

/// How an attempt without a verdict on the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// No answer, or one that reports a fault of Gorgias itself.
    NotAnswering,
    /// 429: Gorgias wants us to wait.
    AskedToWait,
    /// A refusal without an OAuth error code, with this HTTP status: a
    /// suspended account or a firewall, for example. It concerns this account
    /// only.
    AccountRefused(u16),
    /// An answer that can't be read or used.
    Unreadable,
    /// An OAuth error code about the request, such as `invalid_request` (RFC 6749 5.2).
    RequestRefused,
    /// `invalid_client`, not confirmed yet.
    ClientRefused,
}

/// When only this account is refused for this long, a person should look at it.
pub const LOOK_AFTER: Span = Span::days(3);

impl FailureKind {
    /// The code in the machine API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnswering => "not_answering",
            Self::AskedToWait => "asked_to_wait",
            Self::AccountRefused(_) => "account_refused",
            Self::Unreadable => "unreadable",
            Self::RequestRefused => "request_refused",
            Self::ClientRefused => "client_refused",
        }
    }

    /// Whether Gorgias answers, but refuses this account.
    pub const fn of_account(self) -> bool {
        matches!(self, Self::AccountRefused(_) | Self::Unreadable)
    }

    /// The text in the database: the code, and the status if there is one.
    pub fn encode(self) -> String {
        match self {
            Self::AccountRefused(status) => format!("{} {status}", self.code()),
            other => other.code().to_owned(),
        }
    }

    /// Reads what [`Self::encode`] wrote; `None` for any other text.
    pub fn decode(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some(("account_refused", status)) => status.parse().ok().map(Self::AccountRefused),
            Some(_) => None,
            None => [
                Self::NotAnswering,
                Self::AskedToWait,
                Self::Unreadable,
                Self::RequestRefused,
                Self::ClientRefused,
            ]
            .into_iter()
            .find(|kind| kind.code() == text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_round_trip() {
        for kind in [
            FailureKind::NotAnswering,
            FailureKind::AskedToWait,
            FailureKind::AccountRefused(401),
            FailureKind::Unreadable,
            FailureKind::RequestRefused,
            FailureKind::ClientRefused,
        ] {
            assert_eq!(FailureKind::decode(&kind.encode()), Some(kind));
        }
        for odd in ["", "account_refused", "account_refused x", "unreadable 1"] {
            assert_eq!(FailureKind::decode(odd), None, "{odd}");
        }
    }
}
