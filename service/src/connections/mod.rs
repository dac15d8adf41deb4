//! Connections: Gorgias accounts connected to an app.

pub mod authorize;
pub mod complete;
pub mod counts;
pub mod disconnect;
pub(crate) mod due;
pub mod erase;
pub mod events;
mod evidence;
pub(crate) mod flight;
pub(crate) mod lease;
pub mod links;
pub mod list;
mod others;
pub mod overview;
mod query;
pub(crate) mod record;
pub mod refresh;
pub mod result;
pub mod row;
pub mod show;
pub(crate) mod store;
pub mod token;
pub(crate) mod trial;

use crate::{
    apps::{self, App},
    entity::connection,
    error::Fault,
    services::Services,
    tenant_scope::Tx,
    vault::{Purpose, Unsealed},
};
use domain::{
    ids::{AppId, ConnectionId},
    subdomain::Subdomain,
};
use gorgias::{Grant, Renewal};
use record::Record;
use sea_orm::{ColumnTrait, QueryFilter};

/// Finds an app and, if there is one, its connection to the account, as far as the actor may see it.
pub(crate) async fn find(
    tx: &Tx,
    app: &str,
    subdomain: &Subdomain,
    only: Option<AppId>,
) -> Result<Option<(App, Option<Record>)>, Fault> {
    let Some(app) = apps::find(tx, app, only).await? else {
        return Ok(None);
    };
    let record = find_record(tx, app.id, subdomain).await?;
    Ok(Some((app, record)))
}

/// Finds the connection of an app to an account.
pub(crate) async fn find_record(
    tx: &Tx,
    app: AppId,
    subdomain: &Subdomain,
) -> Result<Option<Record>, Fault> {
    tx.all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app.0))
        .filter(connection::Column::Subdomain.eq(subdomain.as_str()))
        .one(&**tx)
        .await?
        .map(Record::try_from)
        .transpose()
}

/// Stores a new authorization's tokens sealed. If no refresh token comes with
/// it, there is none any more.
pub(crate) async fn store_tokens(
    services: &Services,
    tx: &Tx,
    connection: ConnectionId,
    grant: &Grant,
) -> Result<(), Fault> {
    let vault = &services.vault;
    let secrets: Vec<_> = secrets(connection, grant).collect();
    vault.seal_all(services, tx, &secrets).await?;
    if grant.refresh_token.is_none() {
        let refresh = Purpose::ConnectionRefreshToken;
        vault.forget(tx, connection.0, &[refresh]).await?;
    }
    Ok(())
}

/// What a refresh brings to be sealed.
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

/// What a grant brings: an access token, and perhaps a refresh token.
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
