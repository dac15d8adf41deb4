//! Stores a connection's tokens in the vault.

use crate::{
    core::{error::InternalError, services::Services},
    encryption::Purpose,
    tenancy::{Tx, credentials::Unsealed},
};
use domain::ids::ConnectionId;
use gorgias::{Grant, Renewal};

/// Stores a new authorization's tokens sealed. If it has no refresh token, the
/// old one is removed.
pub(crate) async fn store(
    services: &Services,
    tx: &Tx,
    connection: ConnectionId,
    grant: &Grant,
) -> Result<(), InternalError> {
    let vault = services.vault();
    let secrets: Vec<_> = secrets(connection, grant).collect();
    vault.seal_all(services, tx, &secrets).await?;
    if grant.refresh_token.is_none() {
        let refresh = Purpose::ConnectionRefreshToken;
        vault.forget(tx, connection.0, &[refresh]).await?;
    }
    Ok(())
}

/// The secrets of a refresh, to be sealed.
pub(crate) fn renewed(connection: ConnectionId, renewal: &Renewal) -> Vec<Unsealed<'_>> {
    match renewal {
        Renewal::Grant(grant) => secrets(connection, grant).collect(),
        Renewal::Leftover(leftover) => vec![Unsealed {
            purpose: Purpose::ConnectionRefreshToken,
            owner: connection.0,
            secret: &leftover.refresh_token,
        }],
    }
}

/// The secrets of a grant: an access token, and perhaps a refresh token.
fn secrets(connection: ConnectionId, grant: &Grant) -> impl Iterator<Item = Unsealed<'_>> {
    let unsealed = move |purpose, secret| Unsealed {
        purpose,
        owner: connection.0,
        secret,
    };
    let refresh = grant.refresh_token.as_ref();
    std::iter::once(unsealed(
        Purpose::ConnectionAccessToken,
        &grant.access_token,
    ))
    .chain(refresh.map(move |token| unsealed(Purpose::ConnectionRefreshToken, token)))
}
