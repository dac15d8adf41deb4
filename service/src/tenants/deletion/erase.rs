//! Erases tenants for good whose time to be brought back is over. Their tokens are
//! taken back at Gorgias first, as far as it answers.

use super::{HELD_FOR, is_still_deleted, rest};
use crate::{
    audit::By,
    connections::events,
    core::{error::InternalError, expiry, rows::Rows, services::Services},
    encryption::Purpose,
    entity::{connection, credential, tenant},
    records::{app, connection::Record},
    tenancy::{TenantScope, Tx},
    tenants::remove,
};
use domain::{app_limit::AppLimit, health::Standing, ids::ConnectionId, time::Timestamp};
use futures::{StreamExt, stream};
use gorgias::ClientCredentials;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const HOUR: Duration = Duration::from_secs(3_600);
/// How many connections are read together.
const BATCH: u64 = 100;
/// How many requests to Gorgias run at once: nobody waits for them.
const AT_ONCE: usize = 4;

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many tenants.
    pub tenants: u64,
    /// How many connections' tokens Gorgias confirmed as revoked.
    pub revoked: u64,
}

/// Once an hour, erases the tenants whose time is over, until told to stop.
pub(crate) async fn keep_erased(services: &Services, stop: &CancellationToken) {
    let mut timer = tokio::time::interval(HOUR);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = erase_due(services, stop).await {
            tracing::error!(%error, "A deleted tenant could not be erased; this is tried again in an hour");
        }
    }
}

/// Erases the tenants that were deleted too long ago to be brought back: none while
/// the clock is in doubt.
///
/// # Errors
/// [`InternalError`] if the database fails; what is not done then is done the next
/// time, and the other tenants are done first.
pub async fn erase_due(
    services: &Services,
    stop: &CancellationToken,
) -> Result<Erased, InternalError> {
    let mut erased = Erased::default();
    let sight = expiry::look(services).await?;
    if sight.doubt.is_some() {
        return Ok(erased);
    }
    // Without a tenant's scope: it enters the scopes one by one.
    let deleted: Vec<tenant::Model> = tenant::Entity::find()
        .filter(tenant::Column::DeletedAt.is_not_null())
        .filter(tenant::Column::RemovedAt.is_null())
        .readable(services.db.read(), "the deleted tenants")
        .await?;
    let oldest = sight.now.minus(HELD_FOR);
    let mut first_fault = None;
    for tenant in deleted {
        if stop.is_cancelled() {
            break;
        }
        let scope = TenantScope::new(services, tenant.id);
        let done = if tenant.deleted_at.is_some_and(|at| at <= oldest) {
            erase(&scope, &tenant, oldest, stop, &mut erased).await
        } else {
            let planned = rest_again(&scope).await;
            planned.map(|()| false)
        };
        match done {
            Ok(true) => erased.tenants += 1,
            Ok(false) => (),
            // One tenant's fault doesn't keep the others.
            Err(fault) => {
                tracing::error!(tenant.slug = %tenant.slug, error = %fault, "a deleted tenant could not be erased");
                first_fault.get_or_insert(fault);
            }
        }
    }
    first_fault.map_or(Ok(erased), Err)
}

/// An attempt that was under way at the deletion may have planned the next one.
async fn rest_again(scope: &TenantScope) -> Result<(), InternalError> {
    let tx = scope.write().await?;
    // Somebody may have brought it back since it was looked up.
    if is_still_deleted(&tx, scope.expiry_now()).await? {
        rest(&tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Erases a tenant: its events, then its connections, each revoked and forgotten
/// in parts that a statement has the time for, then the rest. What was done stays
/// done if it is stopped. Whether it was done to its end.
async fn erase(
    scope: &TenantScope,
    tenant: &tenant::Model,
    oldest: Timestamp,
    stop: &CancellationToken,
    erased: &mut Erased,
) -> Result<bool, InternalError> {
    let locked = async || {
        let tx = scope.write().await?;
        let still = is_still_deleted(&tx, oldest).await?;
        Ok::<_, InternalError>(still.then_some(tx))
    };
    loop {
        let Some(tx) = locked().await?.filter(|_| !stop.is_cancelled()) else {
            return Ok(false);
        };
        let gone = events::cut(scope, &tx, Timestamp(i64::MAX)).await?;
        tx.commit().await?;
        if gone == 0 {
            break;
        }
    }
    loop {
        let batch = connections(scope).await?;
        if batch.is_empty() {
            break;
        }
        let connected = batch.iter().filter(|record| is_connected(record));
        let all = connected.map(|record| revoke(scope.clone(), record.clone()));
        let mut answers = stream::iter(all.collect::<Vec<_>>())
            .buffer_unordered(AT_ONCE)
            .boxed();
        while let Some(confirmed) = stop.run_until_cancelled(answers.next()).await.flatten() {
            erased.revoked += u64::from(confirmed);
        }
        let Some(tx) = locked().await?.filter(|_| !stop.is_cancelled()) else {
            return Ok(false);
        };
        forget(&tx, batch.iter().map(|record| record.id).collect()).await?;
        tx.commit().await?;
    }
    let Some(tx) = locked().await?.filter(|_| !stop.is_cancelled()) else {
        return Ok(false);
    };
    remove::erase(scope, tx, tenant, By::Mooring).await?;
    tracing::info!(tenant.slug = %tenant.slug, "a deleted tenant was erased for good");
    Ok(true)
}

/// Some connections of the tenant.
async fn connections(scope: &TenantScope) -> Result<Vec<Record>, InternalError> {
    let tx = scope.read().await?;
    tx.all::<connection::Entity>()
        .order_by_asc(connection::Column::Id)
        .limit(BATCH)
        .readable(&*tx, "the connections of a deleted tenant")
        .await
}

fn is_connected(record: &Record) -> bool {
    record.standing == Standing::Connected
}

/// Forgets connections with their tokens.
async fn forget(tx: &Tx, ids: Vec<ConnectionId>) -> Result<(), InternalError> {
    tx.delete::<credential::Entity>()
        .filter(credential::Column::OwnerId.is_in(ids.iter().map(|id| id.0)))
        .exec(&**tx)
        .await?;
    tx.delete::<connection::Entity>()
        .filter(connection::Column::Id.is_in(ids))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Whether Gorgias confirmed it. Whatever prevents it, the tokens are forgotten here.
async fn revoke(scope: TenantScope, record: Record) -> bool {
    let account = &record.subdomain;
    match credentials(&scope, &record).await {
        Ok(Some((client, token))) => match scope.gorgias.revoke(&client, account, &token).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(upstream.error = error.code(), account = %account, "Gorgias did not confirm a revocation");
                false
            }
        },
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(%error, account = %account, "A token could not be read to be revoked");
            false
        }
    }
}

async fn credentials(
    scope: &TenantScope,
    record: &Record,
) -> Result<Option<(ClientCredentials, secrecy::SecretString)>, InternalError> {
    let tx = scope.read().await?;
    let Some(app) = app::find(&tx, &record.app.to_string(), &AppLimit::All).await? else {
        return Ok(None);
    };
    let vault = scope.vault();
    let token = vault
        .open(&tx, Purpose::ConnectionRefreshToken, record.id.0)
        .await?;
    let secret = vault.open(&tx, Purpose::AppClientSecret, app.id.0).await?;
    Ok(token.zip(secret).map(|(token, client_secret)| {
        let client = ClientCredentials {
            client_id: app.client_id,
            client_secret,
            encoding: app.basic_encoding,
        };
        (client, token)
    }))
}
