//! The protocol of [Gorgias](https://www.gorgias.com)' apps: OAuth 2.0 tokens for
//! an app on an account, and what the API tells of it.
//!
//! [`HttpGorgias`] asks; everything else of the protocol happens in the
//! customer's browser and is built by [`GorgiasTemplate`]. Answers are read in
//! every form in which they are really sent, and meant strictly. No request goes
//! where the [`guard`] doesn't let it.
//!
//! It knows no database and no tenant. See the README and
//! `examples/refresh.rs`.

pub mod address;
mod answer;
mod client;
pub mod egress;
pub mod error;
pub mod guard;
mod http;
pub mod id_token;
pub mod jwt;
mod lenient;
mod members;
pub mod pkce;
mod probe;
mod response;
pub mod template;
mod unpack;

pub use egress::EgressProxy;
pub use error::{Unavailable, UpstreamError};
pub use http::{HttpGorgias, Limits, Reaching};
pub use probe::NoAccount;
pub use template::{AuthorizeParams, GorgiasTemplate};

use async_trait::async_trait;
use domain::{basic_encoding::BasicEncoding, granted::Granted, subdomain::Subdomain};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// How an app proves who it is (RFC 6749 2.3.1).
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// Given by Gorgias' partners' portal; no secret.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: SecretString,
    /// How both are written into the header.
    pub encoding: BasicEncoding,
}

/// What a token response brought (RFC 6749 5.1), checked for type and shape only.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Visible ASCII; as long as an answer may be.
    pub access_token: SecretString,
    /// With a code: absent unless scope `offline` was granted. On refresh:
    /// absent means that the old one stays good.
    pub refresh_token: Option<SecretString>,
    /// Only with a code; the one that may come with a refresh is dropped.
    pub id_token: Option<SecretString>,
    /// Seconds as sent; may be 0, negative or absurd. `domain::token` judges it.
    pub expires_in: Option<i64>,
    /// The access token's own `exp` in seconds since 1970, if it is a JWT.
    pub jwt_exp: Option<i64>,
    /// The access token's own `iss`, if it is a JWT.
    pub jwt_iss: Option<String>,
    /// The scopes granted, as far as the response says.
    pub scope: Granted,
}

/// What a refresh brought.
#[derive(Debug, Clone)]
pub enum Renewal {
    /// A token that can be used.
    Grant(Grant),
    /// None, but a refresh token.
    Leftover(Leftover),
}

/// A refresh token out of an answer whose access token can't be used. Where
/// refresh tokens rotate, it is the only one that still works.
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

/// What the API tells about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    /// The account's subdomain, in Gorgias' words.
    pub domain: String,
}

/// Gorgias, seen from the use cases.
#[async_trait]
pub trait Gorgias: Send + Sync {
    /// Exchanges a code for tokens (RFC 6749 4.1.3).
    ///
    /// # Errors
    /// [`UpstreamError::InvalidGrant`] means that the code is used up, too old or not this app's.
    async fn exchange_code(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        code: &SecretString,
        redirect_uri: &str,
        pkce_verifier: Option<&SecretString>,
    ) -> Result<Grant, UpstreamError>;

    /// Asks an account's authorize address without credentials and without a
    /// state, before the app's credentials go there for the first time. It shows
    /// that a host is no account, never that it is one.
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

    /// Ends a grant (RFC 7009 2.1). An unknown token is no error.
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
