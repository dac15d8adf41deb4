//! Checks whether tokens come from the expected account.
//!
//! Evidence for another account refuses the tokens; missing evidence doesn't,
//! since the host of the token endpoint is itself the account's.

use crate::core::services::Services;
use domain::{granted::Granted, scope::ScopeSet, subdomain::Subdomain};
use gorgias::{Grant, UpstreamError};

/// The tokens name another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongAccount;

/// Compares the access token's own `iss`, if it is a JWT with one.
pub(crate) fn issuer_agrees(
    services: &Services,
    account: &Subdomain,
    grant: &Grant,
) -> Result<(), WrongAccount> {
    issuers_agree(services, account, grant.jwt_iss.as_slice())
}

/// Compares every `iss` in an answer's tokens.
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

/// Compares the `domain` of `GET /api/account`, which is asked only where the
/// grant allows it; an answer without success is no evidence. If the answer
/// names no scopes, those `requested` are granted (RFC 6749 5.1).
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
            // A title is not the name of an account.
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
