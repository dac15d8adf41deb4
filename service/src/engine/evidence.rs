//! Whether tokens come from the account that they are meant for.
//!
//! Evidence that disagrees refuses; missing evidence doesn't, since the token
//! endpoint's host is itself the account.

use crate::core::services::Services;
use domain::{granted::Granted, scope::ScopeSet, subdomain::Subdomain};
use gorgias::{Grant, UpstreamError};

/// Tokens that name another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongAccount;

/// The access token's own `iss`, if it is a JWT with one.
pub(crate) fn issuer_agrees(
    services: &Services,
    account: &Subdomain,
    grant: &Grant,
) -> Result<(), WrongAccount> {
    issuers_agree(services, account, grant.jwt_iss.as_slice())
}

/// Every `iss` that an answer's tokens have.
pub(crate) fn issuers_agree(
    services: &Services,
    account: &Subdomain,
    issuers: &[String],
) -> Result<(), WrongAccount> {
    let template = &services.config.gorgias;
    if issuers
        .iter()
        .any(|iss| template.names(account, iss) != Some(true))
    {
        Err(WrongAccount)
    } else {
        Ok(())
    }
}

/// The `domain` of `GET /api/account`, asked only where the grant allows it;
/// any answer but a good one is no evidence. What was `requested` is granted if
/// the answer doesn't say what is (RFC 6749 5.1).
pub(crate) async fn account_agrees(
    services: &Services,
    account: &Subdomain,
    grant: &Grant,
    requested: &ScopeSet,
) -> Result<(), WrongAccount> {
    let granted = match &grant.scope {
        Granted::NotTold => Some(requested),
        told => told.told(),
    };
    let allowed = granted.is_some_and(|s| s.contains("account:read") || s.contains("write:all"));
    if !allowed {
        return Ok(());
    }
    match services.gorgias.account(account, &grant.access_token).await {
        Ok(info) => match services.config.gorgias.names(account, &info.domain) {
            Some(false) => Err(WrongAccount),
            // A title is no name of an account.
            Some(true) | None => Ok(()),
        },
        Err(error) => {
            note(&error);
            Ok(())
        }
    }
}

fn note(error: &UpstreamError) {
    tracing::debug!(
        upstream.error = error.code(),
        "The account could not be asked for its name"
    );
}
