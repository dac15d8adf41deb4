//! Installations without an operator or a link (security.md 70, 71): anybody
//! may begin one, name any account, and bring a made-up code.
//!
//! Recent failures are counted by the rows that their callbacks leave, so that
//! the limit holds for all processes together. Beyond it, such callbacks leave
//! no more rows, and an unknown account gets no exchange. An account that gave
//! tokens before, and the authorizations of operators and links, are never
//! refused.

use super::callback::CallbackError;
use crate::{
    core::{
        error::InternalError,
        network::Network,
        rows::Rows,
        services::{Inner, ProcessState, Services},
    },
    entity::{
        authorization::{Column, Entity},
        connection,
    },
    tenancy::{TenantScope, Tx},
};
use domain::{
    error::AuthorizationProblem,
    ids::AppId,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use std::{net::IpAddr, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The period of counting.
const WINDOW: Span = Span::minutes(10);
/// How many installations of an app may fail within that period.
const FAILED_OF_APP: u64 = 60;
/// How many installations may fail from one address.
const FAILED_FROM_ADDRESS: u64 = 15;
/// How many exchanges may run at once in this process.
const AT_ONCE: usize = 64;

/// Places for exchanges with unknown accounts.
pub(crate) struct Strangers(Arc<Semaphore>);

impl ProcessState for Strangers {
    fn begin(_: &Inner) -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// A place, held until the exchange ends.
pub(super) fn turn(services: &Services) -> Result<OwnedSemaphorePermit, CallbackError> {
    let places = Arc::clone(&services.state::<Strangers>().0);
    places
        .try_acquire_owned()
        .map_err(|_| AuthorizationProblem::Busy.into())
}

/// Whether an account ever gave tokens to an app of the tenant. Only this
/// proves that credentials may go there.
pub(super) async fn is_known(
    scope: &TenantScope,
    account: &Subdomain,
) -> Result<bool, InternalError> {
    let tx = scope.read().await?;
    tx.all::<connection::Entity>()
        .filter(connection::Column::Subdomain.eq(account.as_str()))
        .filter(connection::Column::LastSuccessAt.is_not_null())
        .any(&*tx)
        .await
}

/// As [`room`], in a transaction of its own.
pub(super) async fn have_room(
    scope: &TenantScope,
    app: AppId,
    address: Option<IpAddr>,
) -> Result<bool, InternalError> {
    let tx = scope.read().await?;
    room(&tx, app, address, scope.expiry_now()).await
}

/// Whether another installation may fail without passing a limit.
pub(super) async fn room(
    tx: &Tx,
    app: AppId,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Result<bool, InternalError> {
    let failed = || {
        tx.all::<Entity>()
            .filter(Column::AppId.eq(app))
            .filter(Column::Origin.eq("install"))
            .filter(Column::CreatedAt.gt(now.minus(WINDOW)))
            .filter(Column::ConsumedAt.is_not_null())
            .filter(Column::Approved.eq(false))
            .order_by_desc(Column::CreatedAt)
            .select_only()
            .column(Column::Id)
    };
    // If there is a row at this offset, the limit is reached.
    let of_app = failed().offset(FAILED_OF_APP - 1).limit(1);
    if of_app
        .into_tuple::<uuid::Uuid>()
        .one(&**tx)
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let Some(address) = address else {
        return Ok(true);
    };
    let from_there = failed()
        .filter(Column::Network.eq(Network::from(address).to_string()))
        .offset(FAILED_FROM_ADDRESS - 1)
        .limit(1);
    let found = from_there.into_tuple::<uuid::Uuid>().one(&**tx).await?;
    Ok(found.is_none())
}

/// A lock, so that only one transaction at a time counts and adds. SQLite has
/// one writer anyway.
pub(super) async fn queue(tx: &Tx, app: AppId) -> Result<(), InternalError> {
    if tx.get_database_backend() == sea_orm::DatabaseBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock(7163985, hashtext($1))";
        tx.execute_raw(Statement::from_sql_and_values(
            sea_orm::DatabaseBackend::Postgres,
            lock,
            [app.to_string().into()],
        ))
        .await?;
    }
    Ok(())
}
