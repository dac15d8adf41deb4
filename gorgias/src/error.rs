//! The errors of a request to Gorgias, sorted by what to do next.

use domain::{connection::Failure, failure::FailureKind, time::Span};

/// Why a request failed. Holds no text of the answer and no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// `invalid_grant` (RFC 6749 5.2): the code or refresh token is not valid (any more).
    #[error("Gorgias answered invalid_grant")]
    InvalidGrant,
    /// `invalid_client` (RFC 6749 5.2): the app's credentials are wrong.
    #[error("Gorgias answered invalid_client")]
    InvalidClient,
    /// 429 (RFC 6585 4).
    #[error("Gorgias answered 429")]
    RateLimited {
        /// How long to wait, if Gorgias said so; at most an hour.
        retry_after: Option<Span>,
    },
    /// The API answered 401 to an access token.
    #[error("Gorgias' API answered 401")]
    Unauthorized,
    /// No verdict on app or connection: try again later.
    #[error("no useful answer from Gorgias: {why}")]
    Unavailable {
        /// What happened.
        why: Unavailable,
        /// How long to wait, if Gorgias said so; at most an hour.
        retry_after: Option<Span>,
    },
}

/// What happened instead of a useful answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The answer did not arrive completely in time.
    #[error("timed out")]
    Timeout,
    /// The name could not be resolved.
    #[error("name not resolved")]
    Dns,
    /// No trustworthy TLS connection.
    #[error("TLS failed")]
    Tls,
    /// No TCP connection.
    #[error("connection refused")]
    Connect,
    /// The connection broke off, or the answer was not HTTP.
    #[error("connection broke off")]
    Reset,
    /// The address guard refused the addresses of the name.
    #[error("address blocked")]
    Blocked,
    /// A redirect, which is not followed.
    #[error("redirected")]
    Redirected,
    /// An answer with this HTTP status.
    #[error("status {0}")]
    Status(u16),
    /// The answer is longer than 64 KiB.
    #[error("answer too large")]
    TooLarge,
    /// The answer is no JSON object.
    #[error("no JSON")]
    NotJson,
    /// JSON, but with unexpected content.
    #[error("{0}")]
    Nonsense(&'static str),
    /// An OAuth error about the request. The code is one of a fixed list, so
    /// that an upstream can't put a secret into a log.
    #[error("OAuth error {0}")]
    Rejected(&'static str),
    /// An OAuth error about a fault of the server itself.
    #[error("OAuth error {0}")]
    OwnFault(&'static str),
}

impl UpstreamError {
    /// The code for events and metrics: one of a fixed set.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unauthorized => "unauthorized",
            Self::Unavailable { why, .. } => why.code(),
        }
    }

    /// The kind of failure for people who look after the account.
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::InvalidClient => FailureKind::ClientRefused,
            Self::RateLimited { .. } => FailureKind::AskedToWait,
            // Where it counts, it is confirmed first; elsewhere it concerns one
            // account only.
            Self::InvalidGrant => FailureKind::AccountRefused(400),
            Self::Unauthorized => FailureKind::AccountRefused(401),
            Self::Unavailable { why, .. } => why.kind(),
        }
    }

    /// What happened, for the timeline: plain words, without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::InvalidGrant => "Gorgias says that the access was withdrawn".into(),
            Self::InvalidClient => "Gorgias refused the app's client id or secret".into(),
            Self::RateLimited { retry_after: None } => "Gorgias asked us to slow down".into(),
            Self::RateLimited {
                retry_after: Some(span),
            } => format!("Gorgias asked us to wait {}", span.words()),
            Self::Unauthorized => "Gorgias refused the access token".into(),
            Self::Unavailable { why, .. } => why.sentence(),
        }
    }

    /// How long Gorgias asked us to wait.
    pub const fn retry_after(&self) -> Option<Span> {
        match self {
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            Self::InvalidGrant | Self::InvalidClient | Self::Unauthorized => None,
        }
    }
}

impl From<Unavailable> for UpstreamError {
    fn from(why: Unavailable) -> Self {
        Self::Unavailable {
            why,
            retry_after: None,
        }
    }
}

impl Unavailable {
    const fn kind(&self) -> FailureKind {
        match self {
            Self::Timeout
            | Self::Dns
            | Self::Tls
            | Self::Connect
            | Self::Reset
            | Self::Blocked
            | Self::OwnFault(_)
            | Self::Status(500..) => FailureKind::NotAnswering,
            Self::Status(status) => FailureKind::AccountRefused(*status),
            Self::Redirected | Self::TooLarge | Self::NotJson | Self::Nonsense(_) => {
                FailureKind::Unreadable
            }
            Self::Rejected(_) => FailureKind::RequestRefused,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Connect => "connect",
            Self::Reset => "reset",
            Self::Blocked => "blocked",
            Self::Redirected => "redirected",
            Self::Status(500..) => "http_5xx",
            Self::Status(400..500) => "http_4xx",
            Self::Status(_) => "http_other",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::Nonsense(_) => "nonsense",
            Self::Rejected(_) => "rejected",
            Self::OwnFault(_) => "own_fault",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Timeout => "Gorgias took longer than 10 seconds to answer".into(),
            Self::Dns => "The account's address at Gorgias could not be found".into(),
            Self::Tls => "No secure connection to Gorgias could be made".into(),
            Self::Connect => "Gorgias could not be reached".into(),
            Self::Reset => "The connection to Gorgias broke off".into(),
            Self::Blocked => {
                "The account's address leads into a network where we don't connect".into()
            }
            Self::Redirected => "Gorgias sent us to another address, which we don't follow".into(),
            Self::Status(404) => "Gorgias doesn't know this account (404)".into(),
            Self::Status(status @ 500..) => format!("Gorgias had a fault of its own ({status})"),
            Self::Status(status @ (401 | 403)) => {
                format!("Gorgias refused us for this account without saying why ({status})")
            }
            Self::Status(status) => format!("Gorgias gave an unexpected answer ({status})"),
            Self::TooLarge => "Gorgias' answer was too large to be read".into(),
            Self::NotJson => "Gorgias' answer could not be read".into(),
            Self::Nonsense(what) => format!("Gorgias' answer could not be used: {what}"),
            Self::Rejected(code) => format!("Gorgias says that our request is wrong ({code})"),
            Self::OwnFault(code) => format!("Gorgias had a fault of its own ({code})"),
        }
    }
}

impl From<&UpstreamError> for Failure {
    fn from(error: &UpstreamError) -> Self {
        Self {
            kind: error.kind(),
            sentence: error.sentence(),
            retry_after: error.retry_after(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timelines_read_plainly() {
        let wait = UpstreamError::RateLimited {
            retry_after: Some(Span::minutes(5)),
        };
        assert_eq!(wait.sentence(), "Gorgias asked us to wait 5 min");
        assert_eq!(wait.retry_after(), Some(Span::minutes(5)));
        let slow = UpstreamError::from(Unavailable::Timeout);
        assert_eq!(
            slow.sentence(),
            "Gorgias took longer than 10 seconds to answer"
        );
        assert_eq!((slow.code(), slow.retry_after()), ("timeout", None));
        let down = UpstreamError::from(Unavailable::Status(503));
        assert_eq!(down.code(), "http_5xx");
        assert_eq!(down.sentence(), "Gorgias had a fault of its own (503)");
    }
}
