//! The protocol of [Gorgias](https://www.gorgias.com)' apps: OAuth 2.0 tokens
//! for an app on an account, and the API's facts about the account.
//!
//! [`HttpGorgias`] sends the requests. The rest of the protocol happens in the
//! customer's browser, at addresses that [`GorgiasTemplate`] builds. Answers
//! are read in all forms that are really sent, and interpreted strictly. The
//! [`guard`] decides where requests may go.
//!
//! The crate knows no database and no tenant. See the README and `examples/refresh.rs`.

pub mod address;
mod answer;
mod client;
pub mod egress;
pub mod error;
pub mod guard;
mod guarded;
mod http;
pub mod id_token;
pub mod jwt;
mod lenient;
mod members;
pub mod outbound;
pub mod pkce;
mod probe;
mod response;
pub mod template;
mod unpack;

pub use egress::EgressProxy;
pub use error::{Unavailable, UpstreamError};
pub use guarded::Limits;
pub use http::{HttpGorgias, Reaching};
pub use outbound::{Outbound, OutboundOptions};
pub use probe::NoAccount;
pub use template::{AuthorizeParams, GorgiasTemplate};

use async_trait::async_trait;
use domain::{basic_encoding::BasicEncoding, granted::Granted, subdomain::Subdomain};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// How an app authenticates (RFC 6749 2.3.1).
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// From Gorgias' partners' portal; not secret.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: SecretString,
    /// How both are encoded in the header.
    pub encoding: BasicEncoding,
}

/// The content of a token response (RFC 6749 5.1); only type and shape are checked.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Visible ASCII, up to the length of an answer.
    pub access_token: SecretString,
    /// With a code: absent unless scope `offline` was granted. On refresh:
    /// absent means that the old one stays valid.
    pub refresh_token: Option<SecretString>,
    /// Only with a code; an id_token that comes with a refresh is dropped.
    pub id_token: Option<SecretString>,
    /// Seconds as sent; may be 0, negative or absurd. `domain::token` judges it.
    pub expires_in: Option<i64>,
    /// The access token's own `exp` in seconds since 1970, if it is a JWT.
    pub jwt_exp: Option<i64>,
    /// The access token's own `iss`, if it is a JWT.
    pub jwt_iss: Option<String>,
    /// The granted scopes, as far as the response says.
    pub scope: Granted,
}

/// The result of a refresh.
#[derive(Debug, Clone)]
pub enum Renewal {
    /// A usable access token.
    Grant(Grant),
    /// No usable access token, but a refresh token.
    Leftover(Leftover),
}

/// A refresh token from an answer without a usable access token. Where refresh
/// tokens rotate, only this one still works.
#[derive(Debug, Clone)]
pub struct Leftover {
    /// Visible ASCII.
    pub refresh_token: SecretString,
    /// Every `iss` in the answer's tokens, as far as they are JWTs.
    pub issuers: Vec<String>,
    /// Why there is no access token.
    pub why: Unavailable,
}

impl Leftover {
    /// Whether it is the one that was sent, so that there is nothing new to keep.
    pub fn repeats(&self, sent: &SecretString) -> bool {
        let (new, sent) = (self.refresh_token.expose_secret(), sent.expose_secret());
        new.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

/// What the API says about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    /// The account's subdomain, as Gorgias writes it.
    pub domain: String,
}

/// Gorgias, as the use cases see it.
#[async_trait]
pub trait Gorgias: Send + Sync {
    /// Exchanges a code for tokens (RFC 6749 4.1.3).
    ///
    /// # Errors
    /// [`UpstreamError::InvalidGrant`] means that the code is used up, too old
    /// or belongs to another app.
    async fn exchange_code(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        code: &SecretString,
        redirect_uri: &str,
        pkce_verifier: Option<&SecretString>,
    ) -> Result<Grant, UpstreamError>;

    /// Asks an account's authorize address, without credentials and without a
    /// state, before the app's credentials go there for the first time. It can
    /// show that a host is no account, never that it is one.
    ///
    /// # Errors
    /// [`NoAccount`] says why the credentials must not go there.
    async fn probe(
        &self,
        account: &Subdomain,
        params: &AuthorizeParams<'_>,
    ) -> Result<(), NoAccount>;

    /// Asks for a new access token (RFC 6749 6).
    ///
    /// # Errors
    /// [`UpstreamError::InvalidGrant`] means that the access was withdrawn.
    async fn refresh(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        refresh_token: &SecretString,
    ) -> Result<Renewal, UpstreamError>;

    /// Revokes a token (RFC 7009 2.1). An unknown token is no error.
    ///
    /// # Errors
    /// As any token request.
    async fn revoke(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        token: &SecretString,
    ) -> Result<(), UpstreamError>;

    /// `GET /api/account`. Needs `account:read` or `write:all`.
    ///
    /// # Errors
    /// [`UpstreamError::Unauthorized`] for 401; other refusals are [`UpstreamError::Unavailable`].
    async fn account(
        &self,
        account: &Subdomain,
        access_token: &SecretString,
    ) -> Result<AccountInfo, UpstreamError>;
}
