//! A new data key for a tenant, and re-encryption of its records.

use super::KeysError;
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, relay, services::Services},
    entity::data_key,
    keys::{Begun, Step},
    tenancy::{Actor, Confirmed, TenantScope},
};
use domain::{ids::TenantId, permission::Permission};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many records are re-encrypted in one transaction: few, so that refreshes
/// don't wait long.
const BATCH: u64 = 100;
/// How often the worker looks for unfinished rotations.
const PERIOD: Duration = Duration::from_secs(15);
/// How long to wait for records that others are writing.
const PAUSE: Duration = Duration::from_millis(200);

/// Gives the actor's tenant a new data key; the worker re-encrypts the records.
///
/// # Errors
/// [`KeysError::Forbidden`], or the database failed.
pub async fn begin_as(actor: &Actor, confirmed: &Confirmed) -> Result<Begun, KeysError> {
    actor.require(Permission::ManageKeys)?;
    actor.require_confirmed(confirmed)?;
    let entry = Entry::of(actor, Action::RotationBegun, Target::tenant());
    let vault = actor.services().vault();
    let begun = vault.begin_rotation(actor.scope(), entry).await?;
    relay::tell_keys(actor.services(), actor.tenant()).await;
    Ok(begun)
}

/// Gives a tenant a new data key, unless its rotation is under way. For the command line.
///
/// # Errors
/// If the database failed.
pub async fn begin(scope: &TenantScope) -> Result<Begun, InternalError> {
    let entry = Entry::new(By::CommandLine, Action::RotationBegun, Target::tenant());
    scope.services().vault().begin_rotation(scope, entry).await
}

/// Re-encrypts the next records under the tenant's current key.
///
/// # Errors
/// If the database failed; finished work stays.
pub async fn step(scope: &TenantScope) -> Result<Step, InternalError> {
    let step = scope.services().vault().rotate_batch(scope, BATCH).await?;
    if step.moved + step.set_aside > 0 {
        relay::tell_keys(scope.services(), scope.tenant()).await;
    }
    if !step.more
        && let Err(error) = note_finished(scope).await
    {
        // The rotation is finished all the same; the next step records it.
        tracing::error!(%error, tenant.id = %scope.tenant(), "The end of a rotation could not be recorded");
    }
    Ok(step)
}

/// Records the end of a rotation, once for each new data key.
async fn note_finished(scope: &TenantScope) -> Result<(), InternalError> {
    let tx = scope.read().await?;
    let Some(current) = scope.services().vault().taken_over(&tx).await? else {
        return Ok(());
    };
    let once = format!("rotation:{current}");
    if audit::is_recorded(&tx, &once).await? {
        return Ok(());
    }
    drop(tx);
    let target = Target::data_key(current);
    let entry = Entry::new(By::Mooring, Action::RotationFinished, target).once(once);
    let tx = scope.write().await?;
    audit::record(scope.services(), &tx, &entry).await?;
    tx.commit().await
}

/// Re-encrypts all of the tenant's records under its current key, and calls
/// `tell` after each step with the number of all so far. Gives the sum of all
/// steps.
///
/// # Errors
/// As [`step`].
pub async fn finish(scope: &TenantScope, mut tell: impl FnMut(u64)) -> Result<Step, InternalError> {
    let mut sum = Step::default();
    loop {
        let done = step(scope).await?;
        sum.moved += done.moved;
        sum.set_aside += done.set_aside;
        if done.moved > 0 {
            tell(sum.moved);
        }
        if !done.more {
            return Ok(sum);
        }
        if done.moved + done.set_aside == 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Makes one step for each tenant with records under several keys, and removes
/// the keys without records. Gives whether more work is left.
///
/// # Errors
/// If the database can't list these tenants. An error of one tenant is logged
/// and does not stop the others.
pub async fn continue_all(services: &Services) -> Result<bool, InternalError> {
    // Directly from the table, since the keys of all tenants are needed.
    let tenants: Vec<uuid::Uuid> = data_key::Entity::find()
        .filter(data_key::Column::TenantId.is_not_null())
        .select_only()
        .column(data_key::Column::TenantId)
        .group_by(data_key::Column::TenantId)
        .having(data_key::Column::Id.count().gt(1))
        .into_tuple()
        .all(services.db.read())
        .await?;
    let mut more = false;
    for tenant in tenants {
        let scope = TenantScope::new(services, TenantId(tenant));
        let done = async {
            let step = step(&scope).await?;
            if !step.more {
                services.vault().remove_unused(&scope).await?;
            }
            Ok::<_, InternalError>(step.more && step.moved + step.set_aside > 0)
        };
        match done.await {
            Ok(again) => more |= again,
            Err(error) => {
                tracing::error!(error = %error, tenant.id = %tenant, "The rotation of a data key could not go on");
            }
        }
    }
    Ok(more)
}

/// Continues unfinished rotations until told to stop.
pub(crate) async fn run(services: &Services, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match continue_all(services).await {
            Ok(true) => continue,
            Ok(false) => (),
            Err(error) => {
                tracing::error!(error = %error, "The worker could not look for unfinished rotations");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => (),
        }
    }
}
