//! Tests whether Gorgias accepts a client secret, the next one or the one in use.

use super::{SecretError, TestResult, open, record, row, take_back_fault};
use crate::{
    audit::Action,
    core::error::InternalError,
    encryption::Purpose,
    engine::{
        lease::Lease,
        trial::{Trial, try_secret},
    },
    entity::{app, connection},
    tenancy::{Actor, Tx},
};
use domain::{
    ids::{AppId, ConnectionId},
    permission::Permission,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use secrecy::SecretString;

/// How many connections are tried until one gives an answer about the secret.
const TRIED: u64 = 3;

/// Refreshes one of the app's connections with the next client secret, which is
/// the only way to test it. Without a connection it is untestable.
///
/// # Errors
/// [`SecretError::NoNext`] if there is none, or if it was replaced in the meantime.
pub async fn test(actor: &Actor, id: AppId) -> Result<TestResult, SecretError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.read().await?;
    let added_at = row(actor, &tx, id, None).await?.next_secret_added_at;
    let secret = open(actor, &tx, Purpose::AppNextClientSecret, id).await?;
    let (Some(added_at), Some(secret)) = (added_at, secret) else {
        return Err(SecretError::NoNext);
    };
    let living = living(&tx, id).await?;
    drop(tx);
    let result = ask(actor, living, &secret).await?;
    let tx = actor.write().await?;
    let noted = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .filter(app::Column::NextSecretAddedAt.eq(added_at))
        .col_expr(app::Column::NextSecretTestedAt, Expr::value(actor.now()))
        .col_expr(app::Column::NextSecretResult, Expr::value(result.code()))
        .exec(&*tx)
        .await?;
    if noted.rows_affected != 1 {
        return Err(SecretError::NoNext);
    }
    let row = row(actor, &tx, id, None).await?;
    let detail = format!("new: {}", result.code());
    record(actor, &tx, &row, Action::SecretTested, &detail).await?;
    tx.commit().await?;
    Ok(result)
}

/// Tests the client secret that is in use in the same way. If Gorgias accepts
/// it, a setup fault ends; a refusal changes nothing, since the next check
/// finds it.
///
/// # Errors
/// [`SecretError::NotFound`], or an internal error.
pub async fn test_in_use(actor: &Actor, id: AppId) -> Result<TestResult, SecretError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.read().await?;
    let row = row(actor, &tx, id, None).await?;
    let secret = open(actor, &tx, Purpose::AppClientSecret, id).await?;
    let secret =
        secret.ok_or_else(|| InternalError::inconsistent("credentials", "owner_id", id))?;
    let living = living(&tx, id).await?;
    drop(tx);
    let result = ask(actor, living, &secret).await?;
    let tx = actor.write().await?;
    let detail = format!("in use: {}", result.code());
    record(actor, &tx, &row, Action::SecretTested, &detail).await?;
    tx.commit().await?;
    let told = row.fault_since.is_some() || row.exchange_refused_at.is_some();
    if result == TestResult::Accepted && told {
        take_back_fault(actor, id).await?;
    }
    Ok(result)
}

/// Connections that can test a secret.
async fn living(tx: &Tx, id: AppId) -> Result<Vec<ConnectionId>, InternalError> {
    Ok(tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(id))
        .filter(connection::Column::Standing.eq(connection::StandingCode::Connected))
        .filter(connection::Column::Renewable.eq(true))
        .order_by_desc(connection::Column::LastSuccessAt)
        .order_by_asc(connection::Column::Id)
        .limit(TRIED)
        .select_only()
        .column(connection::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?)
}

async fn ask(
    actor: &Actor,
    living: Vec<ConnectionId>,
    secret: &SecretString,
) -> Result<TestResult, InternalError> {
    if living.is_empty() {
        return Ok(TestResult::Untestable);
    }
    for connection in living {
        // A check may be running; perhaps another connection is free.
        let Some(lease) = Lease::take(actor.scope(), connection).await? else {
            continue;
        };
        match try_secret(actor.scope(), &lease, &actor.as_event_actor(), secret).await? {
            Trial::Accepted => return Ok(TestResult::Accepted),
            Trial::Refused => return Ok(TestResult::Refused),
            Trial::Unclear => (),
        }
    }
    Ok(TestResult::Unclear)
}
