//! OpenID Connect Core 1.0 as a client: a provider's own description and keys,
//! the authorization code flow with PKCE, and checks of what it answers. Knows
//! neither tenants nor people.

mod claims;
mod discovery;
pub mod id_token;
mod issuer;
mod keys;
mod providers;
mod tokens;

pub use claims::ProfileError;
pub(crate) use claims::{Claims, Profile};
pub use discovery::Metadata;
pub(crate) use issuer::GOOGLE;
pub use issuer::{Issuer, IssuerError};
pub(crate) use keys::Keys;
pub(crate) use providers::{AnswerError, Brought, Providers};
pub(crate) use tokens::{Client, ExchangeError, Tokens};

use gorgias::Unavailable;

/// A provider can't be used. Holds no text of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// No useful answer.
    #[error("{what} could not be fetched ({why})")]
    Unavailable {
        /// What was asked for.
        what: &'static str,
        /// What happened.
        why: Unavailable,
    },
    /// Discovery names another issuer (OpenID Connect Discovery 1.0, 4.3).
    #[error("the provider names another issuer; enter it letter by letter as the provider does")]
    WrongIssuer,
    /// The description lacks something that is needed, or doesn't allow it.
    #[error("the provider can't be used: {0}")]
    Unfit(&'static str),
    /// No key is there that could have signed the id_token.
    #[error("the provider has no key that fits the id_token")]
    NoKey,
}
