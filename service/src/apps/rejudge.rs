//! After an app's scopes were changed, its connections are judged anew: by the worker, in
//! parts, set by set (ADR 44). A part ends with its own transaction, so another process, or
//! the next one, goes on where it stands. Until then, what is stored lags; what is read is
//! compared with the scopes of now.

use crate::{
    core::{error::InternalError, queries, rows::Rows, services::Services},
    entity::{
        connection, connection_grant,
        rejudgement::{ActiveModel, Column, Entity, Model},
    },
    records::{
        app,
        connection::Record,
        granted_sets::{self, GrantedSet},
        store::store_by_worker,
    },
    tenancy::{Actor, TenantScope, Tx},
};
use domain::{
    app_limit::AppLimit,
    ids::{AppId, ConnectionId, TenantId},
    scope_plan::Basis,
    subdomain::Subdomain,
    time::Span,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the worker looks for apps, unless one had more to do.
const PERIOD: Duration = Duration::from_secs(1);
/// How many connections a part looks at, so that no other writer waits long.
const A_PART: u64 = 500;
/// How many parts an app has in a turn, so that those of all tenants go on.
const PARTS: usize = 20;
/// How many apps have a turn.
const AT_ONCE: i64 = 8;
/// How long an app rests after a failure.
const REST: Span = Span::minutes(1);

/// How far an app's connections are judged anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many were looked at.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// How far the app's connections are judged anew; `None` if they all are.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn progress(actor: &Actor, app: AppId) -> Result<Option<Progress>, InternalError> {
    if !actor.apps.includes(app) {
        return Ok(None);
    }
    let tx = actor.read().await?;
    let row: Option<Model> = tx
        .all::<Entity>()
        .filter(Column::AppId.eq(app))
        .row(&*tx)
        .await?;
    Ok(row.map(|row| {
        let total = row.total.unsigned_abs();
        let done = row.done.unsigned_abs().min(total);
        Progress { done, total }
    }))
}

/// Notes in the transaction of the change that the app's connections are to be judged; one
/// that is under way begins again.
pub(super) async fn begin(actor: &Actor, tx: &Tx, app: AppId) -> Result<(), InternalError> {
    let sets = sets_to_judge(tx, app).await?;
    let total: u64 = sets.iter().map(GrantedSet::total).sum();
    let now = actor.expiry_now();
    let row = ActiveModel {
        app_id: Set(app),
        tenant_id: Set(tx.tenant()),
        total: Set(total.cast_signed()),
        done: Set(0),
        set_id: Set(None),
        subdomain: Set(None),
        began_at: Set(now),
        due_at: Set(now),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::column(Column::AppId)
                .update_columns([
                    Column::Total,
                    Column::Done,
                    Column::SetId,
                    Column::Subdomain,
                    Column::BeganAt,
                    Column::DueAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Goes on with all apps until told to stop.
pub(crate) async fn run(services: &Services, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let more = run_due(services).await.unwrap_or_else(|error| {
            tracing::error!(%error, "The worker could not look for apps whose connections are to be judged");
            false
        });
        if !more
            && stop
                .run_until_cancelled(tokio::time::sleep(PERIOD))
                .await
                .is_none()
        {
            return;
        }
    }
}

/// Gives some of the apps a turn, and tells whether there is more to do.
///
/// # Errors
/// [`InternalError`] if the database can't list them. A failure of one app is logged and
/// doesn't stop the others; it is tried again after a minute.
pub async fn run_due(services: &Services) -> Result<bool, InternalError> {
    let now = services.expiry_now();
    let due = queries::REJUDGEMENTS_DUE.with(&services.db, [now.into(), AT_ONCE.into()]);
    let rows = services.db.read().query_all_raw(due).await?;
    let mut more = false;
    for row in &rows {
        let tenant = TenantId(row.try_get("", "tenant_id")?);
        let app = AppId(row.try_get("", "app_id")?);
        let scope = TenantScope::new(services, tenant);
        match turn(&scope, app, PARTS).await {
            Ok(left) => more |= left,
            Err(error) => {
                tracing::error!(%error, app.id = %app, "The connections of an app could not be judged");
                rest(&scope, app).await?;
            }
        }
    }
    Ok(more)
}

/// Does so many parts at most; tells whether there are more.
pub(super) async fn turn(
    scope: &TenantScope,
    app: AppId,
    parts: usize,
) -> Result<bool, InternalError> {
    for _ in 0..parts {
        if !part(scope, app).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Judges the next connections; `false` once all are judged.
async fn part(scope: &TenantScope, id: AppId) -> Result<bool, InternalError> {
    let tx = scope.write().await?;
    // Other processes wait, and go on where this part ends.
    let row: Option<Model> = tx
        .all::<Entity>()
        .filter(Column::AppId.eq(id))
        .lock(LockType::Update)
        .row(&*tx)
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let Some(app) = app::find(&tx, &id.to_string(), &AppLimit::All).await? else {
        return Ok(false);
    };
    let sets = sets_to_judge(&tx, id).await?;
    // The set that it stands in, or the next one.
    let mut ahead = sets.iter().filter(|set| row.set_id <= Some(set.id));
    let Some(set) = ahead.next() else {
        return end(tx, id).await;
    };
    let after = row.subdomain.filter(|_| row.set_id == Some(set.id));
    let looked_at = of_set(&tx, set, after.as_ref()).await?;
    let ids: Vec<ConnectionId> = looked_at.iter().map(|(id, _)| *id).collect();
    let records: Vec<Record> = tx
        .by_keys::<connection::Entity>(connection::Column::Id, ids)
        .readable(&*tx, "judging the connections of an app")
        .await?;
    let now = scope.now();
    let changes: Vec<_> = records
        .into_iter()
        .filter(|record| record.missing(&app.requested).len() != record.missing_scopes)
        .map(|record| record.change(|one| one.scopes_requested(&app.requested, now)))
        .collect();
    // Outdated ones: a refresh came first, and it used the new scopes itself.
    store_by_worker(scope, &tx, &changes).await?;
    let whole = (looked_at.len() as u64) < A_PART;
    let place = match looked_at.last() {
        Some((_, last)) if !whole => Some((set.id, Some(last.to_string()))),
        _ => ahead.next().map(|next| (next.id, None)),
    };
    let Some((set_id, subdomain)) = place else {
        return end(tx, id).await;
    };
    let done = row.done + (looked_at.len() as u64).cast_signed();
    tx.update::<Entity>()
        .filter(Column::AppId.eq(id))
        .col_expr(Column::SetId, Expr::value(Some(set_id)))
        .col_expr(Column::Subdomain, Expr::value(subdomain))
        .col_expr(Column::Done, Expr::value(done))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// The sets whose scopes are known, in a certain order. What is unknown, or of an account
/// without tokens, is never missing.
async fn sets_to_judge(tx: &Tx, app: AppId) -> Result<Vec<GrantedSet>, InternalError> {
    let mut sets = granted_sets::of_apps(tx, [app]).await?;
    sets.retain(|set| set.granted.basis == Basis::Told);
    sets.sort_by_key(|set| set.id);
    Ok(sets)
}

/// The next connections of a set, by name.
async fn of_set(
    tx: &Tx,
    set: &GrantedSet,
    after: Option<&Subdomain>,
) -> Result<Vec<(ConnectionId, Subdomain)>, InternalError> {
    use connection_grant::Column as Grant;
    let mut next = tx
        .all::<connection_grant::Entity>()
        .filter(Grant::SetId.eq(set.id));
    if let Some(after) = after {
        next = next.filter(Grant::Subdomain.gt(after.as_str()));
    }
    let next = next
        .order_by_asc(Grant::Subdomain)
        .limit(A_PART)
        .select_only()
        .column(Grant::ConnectionId)
        .column(Grant::Subdomain)
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(next)
}

async fn end(tx: Tx, app: AppId) -> Result<bool, InternalError> {
    tx.delete::<Entity>()
        .filter(Column::AppId.eq(app))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(false)
}

/// Puts an app off that could not go on.
async fn rest(scope: &TenantScope, app: AppId) -> Result<(), InternalError> {
    let tx = scope.write().await?;
    tx.update::<Entity>()
        .filter(Column::AppId.eq(app))
        .col_expr(Column::DueAt, Expr::value(scope.expiry_now().plus(REST)))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
