//! Tests a client secret that isn't in use yet.
//!
//! Gorgias has no call that only checks credentials, so the refresh of a
//! connection is the test. Its grant is stored like any other; a refusal
//! changes neither the connection nor the app.

use super::{
    lease::Lease,
    refresh::{Attempt, Verdict, end, store_durably},
};
use crate::{core::error::InternalError, tenancy::TenantScope};
use domain::event;
use gorgias::UpstreamError;
use secrecy::SecretString;

/// The result of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trial {
    /// It gave a token.
    Accepted,
    /// `invalid_client`.
    Refused,
    /// Neither: no useful answer, or one that may concern the connection.
    Unclear,
}

/// Refreshes the lease's connection with this secret.
pub(crate) async fn try_secret(
    scope: &TenantScope,
    lease: &Lease,
    who: &event::Actor,
    secret: &SecretString,
) -> Result<Trial, InternalError> {
    let result = attempt(scope, lease, who, secret).await;
    end(scope, lease, result).await
}

async fn attempt(
    scope: &TenantScope,
    lease: &Lease,
    who: &event::Actor,
    secret: &SecretString,
) -> Result<Trial, InternalError> {
    let attempt = Attempt {
        scope,
        id: lease.connection,
        fence: Some(lease.fence),
        who,
    };
    let mut input = match attempt.load().await {
        Ok(input) => input,
        Err(stop) => return stop.verdict().map(|_| Trial::Unclear),
    };
    input.client.client_secret = secret.clone();
    input.in_use = false;
    Ok(match attempt.ask(&input).await {
        Ok(renewal) => match store_durably(scope, who, input, renewal).await? {
            // Also if the access token was not usable: there was a new refresh token.
            Verdict::Fine | Verdict::Superseded | Verdict::Unavailable { .. } => Trial::Accepted,
            _ => Trial::Unclear,
        },
        Err(UpstreamError::InvalidClient) => Trial::Refused,
        Err(_) => Trial::Unclear,
    })
}
