//! Why an answer was not accepted. The person hears one sentence for all of these;
//! the audit and the log have the code.

use crate::core::error::InternalError;
use passki::PasskiError;

#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the browser has no challenge for this")]
    NoChallenge,
    #[error("the challenge is too old")]
    TooLate,
    #[error("the challenge was answered before")]
    Used,
    #[error("the answer can't be read")]
    Unreadable,
    #[error("nobody has this passkey")]
    Unknown,
    #[error("it is the passkey of somebody else")]
    OtherPerson,
    /// Two devices use copies of one key.
    #[error("the passkey counted backwards")]
    Counter,
    /// Without the library's own words: they quote what the browser sent.
    #[error("the answer is not right: {}", self.code())]
    Answer(PasskiError),
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for Refusal {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<PasskiError> for Refusal {
    fn from(error: PasskiError) -> Self {
        Self::Answer(error)
    }
}

impl Refusal {
    /// The code in the audit. It never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoChallenge => "no challenge",
            Self::TooLate => "too late",
            Self::Used => "used before",
            Self::Unreadable | Self::Internal(_) => "unreadable",
            Self::Unknown => "unknown",
            Self::OtherPerson => "other person",
            Self::Counter => "counter",
            Self::Answer(error) => match error {
                PasskiError::ChallengeMismatch => "other challenge",
                PasskiError::OriginMismatch { .. } | PasskiError::CrossOriginNotAllowed => "origin",
                PasskiError::RpIdHashMismatch => "domain",
                PasskiError::UserNotPresent | PasskiError::UserVerificationRequired => {
                    "not verified"
                }
                PasskiError::SignatureVerificationFailed => "signature",
                _ => "unreadable",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// security.md 66: what a browser sends stands in no line of the log.
    #[test]
    fn s66_a_refusal_quotes_nothing_that_was_sent() {
        let got = "http://evil.example\n forged".to_owned();
        let refusal = Refusal::from(PasskiError::InvalidClientDataType(got));
        assert_eq!(refusal.to_string(), "the answer is not right: unreadable");
    }
}
