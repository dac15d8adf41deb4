//! Why nobody came in by single sign-on.

use crate::{
    core::error::InternalError,
    oidc::{AnswerError, ExchangeError, ProfileError, ProviderError, id_token::IdTokenError},
};

/// Why nobody came in, or nothing was linked: a sentence with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The state is unknown, too old, another browser's or another tenant's.
    #[error("this sign-in wasn’t begun in this browser within the last ten minutes; begin again")]
    StateUnknown,
    /// The state was used before.
    #[error("this sign-in was used already; begin again")]
    StateUsed,
    /// An owner changed the settings meanwhile.
    #[error("the settings of single sign-on were changed meanwhile; begin again")]
    Changed,
    /// The answer came from another provider than the one that was asked (RFC 9207).
    #[error("the answer came from another provider than the one that was asked; begin again")]
    WrongIssuer,
    /// The provider answered with an error (RFC 6749 4.1.2.1).
    #[error("the provider didn’t let you go on; begin again, or ask whoever runs it")]
    AtProvider,
    /// Too many sign-ins at this moment.
    #[error("too many sign-ins are under way; try again in a minute")]
    Busy,
    /// The provider gave no useful answer.
    #[error("single sign-on doesn’t answer: {0}. The other ways work")]
    Provider(ProviderError),
    /// The provider refused the code or the client.
    #[error(
        "the provider refused this sign-in ({0}); begin again, and if it stays, tell an owner of the tenant"
    )]
    Refused(&'static str),
    /// The id_token isn't accepted.
    #[error("the provider’s answer is not accepted: {0}. Tell an owner of the tenant")]
    IdToken(IdTokenError),
    /// The person can't be taken over.
    #[error("{0}; ask whoever runs the provider")]
    Profile(ProfileError),
    /// None of the groups is let in.
    #[error("your groups at the provider are not let in; ask an owner of the tenant")]
    NotLetIn,
    /// An owner removed the member.
    #[error("you are no member of this tenant any more; an owner can let you in again")]
    Removed,
    /// Somebody else is signed in than who began to link.
    #[error("you began this as another person; sign in as that person, then begin again")]
    OtherPerson,
    /// Another member has this identity.
    #[error(
        "another member signs in with this account at the provider; an owner has to remove that member first"
    )]
    Taken,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl Refusal {
    /// The code for the audit; `None` if it isn't recorded there, since anybody
    /// could have caused it, as often as they like.
    pub(super) const fn code(&self) -> Option<&'static str> {
        match self {
            Self::StateUnknown
            | Self::StateUsed
            | Self::Changed
            | Self::Busy
            | Self::Internal(_)
            | Self::OtherPerson => None,
            Self::WrongIssuer => Some("issuer"),
            Self::AtProvider => Some("at_provider"),
            Self::Provider(_) => Some("provider"),
            Self::Refused(code) => Some(code),
            Self::IdToken(error) => Some(error.code()),
            Self::Profile(ProfileError::NoEmail) => Some("no_email"),
            Self::Profile(ProfileError::EmailNotVerified) => Some("email_not_verified"),
            Self::NotLetIn => Some("not_let_in"),
            Self::Removed => Some("removed"),
            Self::Taken => Some("taken"),
        }
    }
}

impl From<AnswerError> for Refusal {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Exchange(ExchangeError::Provider(error)) => Self::Provider(error),
            AnswerError::Exchange(ExchangeError::Refused(code)) => Self::Refused(code),
            AnswerError::IdToken(error) => Self::IdToken(error),
            AnswerError::Profile(error) => Self::Profile(error),
        }
    }
}

impl From<sea_orm::DbErr> for Refusal {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}
