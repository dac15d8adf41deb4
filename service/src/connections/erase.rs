//! Removes an account's connection.

use super::disconnect::{self, DisconnectError};
use crate::{
    accounts,
    audit::{self, Action, Entry, Target},
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::{connection, credential},
    tenancy::Actor,
};
use domain::{permission::Permission, subdomain::Subdomain};
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The actor sees no such connection.
    #[error("there is no such connection")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The app was approved on the account in the meantime.
    #[error("the account was connected again meanwhile; look at it, then erase it once more")]
    ConnectedAgain,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for EraseError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<DisconnectError> for EraseError {
    fn from(error: DisconnectError) -> Self {
        match error {
            DisconnectError::NotFound => Self::NotFound,
            DisconnectError::Forbidden(forbidden) => Self::Forbidden(forbidden),
            DisconnectError::Internal(fault) => Self::Internal(fault),
        }
    }
}

/// Removes a connection with its tokens, links and timeline, and with the last one what
/// is known of the customer. If it holds tokens, it is disconnected first, so that Gorgias revokes them if it
/// answers. The audit keeps its entries, and gets one for this.
///
/// # Errors
/// [`EraseError`]; nothing is erased then, but the connection may be disconnected.
pub async fn erase(actor: &Actor, app: &str, subdomain: &Subdomain) -> Result<(), EraseError> {
    actor.require(Permission::Disconnect)?;
    let tx = actor.read().await?;
    let found = crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?;
    drop(tx);
    let Some((_, Some(record))) = found else {
        return Err(EraseError::NotFound);
    };
    if record.has_been_connected() {
        disconnect::disconnect(actor, app, subdomain).await?;
    }
    let tx = actor.write().await?;
    let Some((app, Some(record))) =
        crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?
    else {
        return Err(EraseError::NotFound);
    };
    // First, as whoever changes the connection's health does.
    accounts::lock(&tx, subdomain).await?;
    let disconnected = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(record.id))
        .filter(connection::Column::Standing.eq(connection::StandingCode::NotConnected))
        .lock(LockType::Update)
        .any(&*tx)
        .await?;
    if !disconnected {
        return Err(EraseError::ConnectedAgain);
    }
    tx.delete::<credential::Entity>()
        .filter(credential::Column::OwnerId.eq(record.id))
        .exec(&*tx)
        .await?;
    // Until now it counts for the history of the app.
    tx.update::<connection::Entity>()
        .filter(connection::Column::Id.eq(record.id))
        .col_expr(connection::Column::HealthSince, Expr::value(actor.now()))
        .exec(&*tx)
        .await?;
    // Links and events are removed with it.
    tx.delete::<connection::Entity>()
        .filter(connection::Column::Id.eq(record.id))
        .exec(&*tx)
        .await?;
    accounts::forget_unless_connected(&tx, subdomain).await?;
    tx.tell(record.news(&tx));
    let target = Target::account(Some(record.id), &app.slug, subdomain);
    audit::record(
        actor,
        &tx,
        &Entry::of(actor, Action::ConnectionErased, target),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
