//! Erases tenants for good whose time to be brought back is over. Their tokens are
//! taken back at Gorgias first, as far as it answers.

use super::{HELD_FOR, rest};
use crate::{
    audit::By,
    core::{error::InternalError, expiry, rows::Rows, services::Services},
    encryption::Purpose,
    entity::{connection, tenant},
    records::{app, connection::Record},
    tenancy::TenantScope,
    tenants::remove,
};
use domain::{app_limit::AppLimit, ids::ConnectionId};
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
/// [`InternalError`] if the database fails; what is not done then is done the next time.
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
    for tenant in deleted {
        if stop.is_cancelled() {
            break;
        }
        let scope = TenantScope::new(services, tenant.id);
        let held = tenant
            .deleted_at
            .is_none_or(|at| sight.now.since(at) < HELD_FOR);
        if held {
            // An attempt that was under way at the deletion may have planned the next one.
            let tx = scope.write().await?;
            rest(&tx).await?;
            tx.commit().await?;
            continue;
        }
        let Some(revoked) = take_back(&scope, stop).await? else {
            break;
        };
        remove::erase(&scope, &tenant, By::Mooring).await?;
        tracing::info!(tenant.slug = %tenant.slug, revoked, "a deleted tenant was erased for good");
        erased.tenants += 1;
        erased.revoked += revoked;
    }
    Ok(erased)
}

/// Revokes all refresh tokens of the tenant; gives how many Gorgias confirmed, or
/// `None` if it was told to stop.
async fn take_back(
    scope: &TenantScope,
    stop: &CancellationToken,
) -> Result<Option<u64>, InternalError> {
    let (mut revoked, mut after) = (0, None);
    loop {
        let batch = connections(scope, after).await?;
        let Some(last) = batch.last() else {
            return Ok(Some(revoked));
        };
        after = Some(last.id);
        let all = batch
            .into_iter()
            .map(|record| revoke(scope.clone(), record));
        let mut answers = stream::iter(all).buffer_unordered(AT_ONCE).boxed();
        while let Some(confirmed) = stop.run_until_cancelled(answers.next()).await.flatten() {
            revoked += u64::from(confirmed);
        }
        if stop.is_cancelled() {
            return Ok(None);
        }
    }
}

async fn connections(
    scope: &TenantScope,
    after: Option<ConnectionId>,
) -> Result<Vec<Record>, InternalError> {
    let tx = scope.read().await?;
    let mut all = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Standing.eq(connection::StandingCode::Connected))
        .order_by_asc(connection::Column::Id)
        .limit(BATCH);
    if let Some(after) = after {
        all = all.filter(connection::Column::Id.gt(after));
    }
    all.readable(&*tx, "the connections of a deleted tenant")
        .await
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
