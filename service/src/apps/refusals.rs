//! Refusals of an app's connections, one after the other.
//!
//! One refused connection is a customer who left. Several in a row, with none
//! renewed between them, point at what they have in common: the app's own
//! credentials. (By RFC 6749 5.2 a replaced client secret gives
//! `invalid_client`, but an upstream may answer `invalid_grant` to it.) That is
//! one incident of the app then; its connections keep their states, and nobody
//! writes to customers in vain.

use crate::{
    connections::record::Record,
    entity::{app, connection},
    error::Fault,
    tenant_scope::{TenantScope, Tx},
};
use domain::{
    connection::PROBE_EVERY,
    event::Actor,
    ids::AppId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// So many connections refused in a row are the app's incident.
const MANY: i32 = 3;
/// Within this time: customers who leave one by one are no row.
const WINDOW: Span = Span::hours(1);

/// What a confirmed refusal of one connection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// This connection's access was withdrawn.
    ConnectionLost,
    /// The app's credentials are in doubt; no connection changes its state.
    AppInDoubt,
}

/// Counts a refusal, within the transaction that stores what it means. The one
/// that makes the row long enough takes the losses of the row back.
pub(crate) async fn count(scope: &TenantScope, tx: &Tx, app: AppId) -> Result<Meaning, Fault> {
    let now = scope.now();
    let row = tx
        .all::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .lock(LockType::NoKeyUpdate)
        .one(&**tx)
        .await?
        .ok_or_else(|| Fault::inconsistent("connections", "app_id", app))?;
    if row.fault_since.is_some() && row.fault_by_refusals {
        return Ok(Meaning::AppInDoubt);
    }
    if row
        .refusals_accepted_until
        .is_some_and(|until| now.0 < until)
    {
        return Ok(Meaning::ConnectionLost);
    }
    let begun = row
        .refused_since
        .map(Timestamp)
        .filter(|begun| row.refused_in_a_row > 0 && now.since(*begun) < WINDOW);
    let since = begun.unwrap_or(now);
    let refused = begun.map_or(1, |_| row.refused_in_a_row.saturating_add(1));
    let mut update = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .col_expr(app::Column::RefusedInARow, Expr::value(refused))
        .col_expr(app::Column::RefusedSince, Expr::value(since.0));
    let meaning = if refused < MANY {
        Meaning::ConnectionLost
    } else {
        update = update
            .col_expr(app::Column::FaultSince, Expr::value(now.0))
            .col_expr(app::Column::FaultByRefusals, Expr::value(true))
            .col_expr(app::Column::ProbeAt, Expr::value(now.plus(PROBE_EVERY).0));
        take_back(scope, tx, app, since).await?;
        tracing::error!(app.id = %app, tenant.id = %scope.tenant(), "Gorgias refused several connections of an app in a row: check its client secret");
        Meaning::AppInDoubt
    };
    update.exec(&**tx).await?;
    Ok(meaning)
}

/// Brings back what this row of refusals called lost.
async fn take_back(
    scope: &TenantScope,
    tx: &Tx,
    app: AppId,
    since: Timestamp,
) -> Result<(), Fault> {
    let now = scope.now();
    let lost = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app.0))
        .filter(connection::Column::Standing.eq("lost"))
        .filter(connection::Column::LossCause.eq("refused"))
        .filter(connection::Column::StandingSince.gte(since.0))
        .all(&**tx)
        .await?;
    for row in lost {
        let record = match Record::try_from(row) {
            Ok(record) => record,
            // It must not keep the fault from being told.
            Err(error) => {
                tracing::error!(%error, "A connection was passed over when its app's fault was found");
                continue;
            }
        };
        let interval = scope.config.check_interval;
        let changed = record.change(|connection| connection.refusal_taken_back(now, interval));
        changed.store(scope, tx, &Actor::Worker).await?;
    }
    Ok(())
}
