//! The share of the rate that all checks need: if it is too high, too little is
//! left to catch up after an outage.

use crate::core::{error::InternalError, queries, services::Services};
use domain::{
    time::{Span, Timestamp},
    token::{HIGHEST_LOAD, load_percent},
};
use sea_orm::{ConnectionTrait, Statement};

/// How often the connections of all tenants are counted.
const COUNT_EVERY: Span = Span::minutes(10);

/// Counts the connections of all tenants that have a next attempt, which takes
/// a fraction of a second for a million. It reveals only this number about
/// other tenants.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn count(services: &Services) -> Result<u64, InternalError> {
    let statement = queries::COUNT_SCHEDULED.with(&services.db, []);
    let row = services.db.read().query_one_raw(statement).await?;
    let count: i64 = row
        .ok_or_else(|| InternalError::inconsistent("connections", "due_at", "count"))?
        .try_get("", "scheduled")?;
    Ok(count.max(0).unsigned_abs())
}

/// The share of the rate that this number of connections needs, in percent, if
/// it is too high.
pub fn too_high(services: &Services, connections: u64) -> Option<u64> {
    let config = &services.config;
    let percent = load_percent(connections, config.check_interval, config.refresh_rate);
    (percent > HIGHEST_LOAD).then_some(percent)
}

/// The same, from the worker's last count: it reads one row, however many
/// connections there are.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn known_too_high(services: &Services) -> Result<Option<u64>, InternalError> {
    let sql = "SELECT scheduled FROM pace WHERE id = 1";
    let statement = Statement::from_string(services.db.backend(), sql);
    let Some(row) = services.db.read().query_one_raw(statement).await? else {
        return Ok(None);
    };
    let count: i64 = row.try_get("", "scheduled")?;
    Ok(too_high(services, count.max(0).unsigned_abs()))
}

/// Counts again if the last count is some time ago.
pub(crate) async fn keep_known(services: &Services) -> Result<(), InternalError> {
    let now = services.now();
    let run = |sql, values: Vec<sea_orm::Value>| {
        Statement::from_sql_and_values(services.db.backend(), sql, values)
    };
    let sql = "SELECT counted_at FROM pace WHERE id = 1";
    let row = services.db.read().query_one_raw(run(sql, vec![])).await?;
    let counted: Option<Timestamp> = row
        .map(|row| row.try_get("", "counted_at"))
        .transpose()?
        .flatten();
    let fresh = |at: Timestamp| (Span(0)..COUNT_EVERY).contains(&now.since(at));
    if counted.is_some_and(fresh) {
        return Ok(());
    }
    let count = count(services).await?;
    if let Some(percent) = too_high(services, count) {
        tracing::warn!(
            connections = count,
            "Checks need {percent} % of MOORING_REFRESH_RATE: raise it, or MOORING_CHECK_INTERVAL"
        );
    }
    let sql = "UPDATE pace SET scheduled = $1, counted_at = $2 WHERE id = 1";
    let tx = services.db.begin_write().await?;
    tx.execute_raw(run(sql, vec![count.cast_signed().into(), now.into()]))
        .await?;
    tx.commit().await?;
    Ok(())
}
