//! How many connections are in each state.

use super::{by_account::account_is_snoozed, others, query};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{app, connection},
    records::{
        app::App,
        health_days,
        kept_counts::{self, Kind},
    },
    tenancy::{Actor, Tx},
};
use domain::{health::Health, ids::AppId, time::Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, Statement, Value};
use std::collections::HashMap;

/// How many are counted where it depends on the time; more are shown as "10,000+".
pub const BOUND: u64 = 10_000;

/// A count for each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HealthCounts {
    of: [u64; Health::ALL.len()],
    /// Retried, but refused for so long that a person should look.
    to_look_at: u64,
}

impl HealthCounts {
    /// How many are in the state.
    pub fn get(&self, health: Health) -> u64 {
        self.of
            .get(usize::from(health.severity()))
            .copied()
            .unwrap_or_default()
    }

    /// The number of all connections.
    pub fn total(&self) -> u64 {
        self.of.iter().sum()
    }

    /// How many need a person to act.
    pub fn need_someone(&self) -> u64 {
        Health::ALL
            .into_iter()
            .filter(|h| h.needs_someone())
            .map(|h| self.get(h))
            .sum::<u64>()
            + self.to_look_at
    }

    /// How many are retried, but refused alone for so long that a person should look.
    pub fn to_look_at(&self) -> u64 {
        self.to_look_at
    }

    fn add(&mut self, health: Health, count: u64) {
        if let Some(slot) = self.of.get_mut(usize::from(health.severity())) {
            *slot += count;
        }
    }

    /// So many that are stored in a state are shown in another one.
    fn move_to(&mut self, shown: Health, stored: Health, count: u64) {
        let count = count.min(self.get(stored));
        if let Some(slot) = self.of.get_mut(usize::from(stored.severity())) {
            *slot -= count;
        }
        self.add(shown, count);
    }

    fn all_in(health: Health, count: u64) -> Self {
        let mut counts = Self::default();
        counts.add(health, count);
        counts
    }
}

/// The connections whose state the time decides: overdue ones that are stored as they
/// were, and those whose access ran out before the worker could record it. No more than
/// `$3` rows of each are read.
const BY_TIME: &str = "\
    SELECT app_id, health, CAST(count(*) AS BIGINT) AS n FROM ( \
        SELECT app_id, health FROM connections WHERE tenant_id = $1 AND overdue_at <= $2 \
        AND health IN ('retrying', 'limited', 'working') LIMIT $3 \
    ) AS overdue GROUP BY app_id, health \
    UNION ALL SELECT app_id, 'stopping_soon', CAST(count(*) AS BIGINT) FROM ( \
        SELECT app_id FROM connections WHERE tenant_id = $1 AND health = 'stopping_soon' \
        AND access_expires_at <= $2 LIMIT $3 \
    ) AS ran_out GROUP BY app_id";

/// The counts of each app, from the kept ones: three queries, however many connections
/// there are. What the time decides is counted up to [`BOUND`].
pub(crate) async fn by_app(
    tx: &Tx,
    apps: &[App],
    now: Timestamp,
) -> Result<HashMap<AppId, HealthCounts>, InternalError> {
    let ids: HashMap<String, AppId> = apps
        .iter()
        .map(|app| (kept_counts::key(app.id.0), app.id))
        .collect();
    let mut unknown = false;
    let mut counts: HashMap<AppId, HealthCounts> = HashMap::new();
    for kept in kept_counts::kept(tx, Kind::App).await? {
        let Some(app) = ids.get(&kept.key) else {
            continue;
        };
        match kept.health {
            Some(health) => counts.entry(*app).or_default().add(health, kept.n),
            None => unknown = true,
        }
    }
    if unknown {
        log_unknown(tx, apps).await?;
    }
    for (app, stored, n) in decided_by_time(tx, now).await? {
        if let Some(counts) = counts.get_mut(&app) {
            let shown = match stored {
                Health::StoppingSoon => Health::Disconnected,
                _ => Health::Unchecked,
            };
            counts.move_to(shown, stored, n);
        }
    }
    for (app, n) in refused_long(tx, now).await? {
        if let Some(counts) = counts.get_mut(&app) {
            counts.to_look_at = n.min(counts.get(Health::Retrying));
        }
    }
    for app in apps.iter().filter(|app| app.credentials.fault.is_some()) {
        if let Some(counts) = counts.get_mut(&app.id) {
            *counts = HealthCounts::all_in(Health::SetupFault, counts.total());
        }
    }
    Ok(counts)
}

async fn decided_by_time(
    tx: &Tx,
    now: Timestamp,
) -> Result<Vec<(AppId, Health, u64)>, InternalError> {
    let values: [Value; 3] = [tx.tenant().into(), now.into(), BOUND.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), BY_TIME, values);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            let n: i64 = row.try_get("", "n")?;
            Ok((
                row.try_get("", "app_id")?,
                row.try_get("", "health")?,
                n.unsigned_abs(),
            ))
        })
        .collect()
}

/// How many connections of each app are refused alone for so long that a person should
/// look. Those of snoozed accounts aren't: they need nobody.
async fn refused_long(tx: &Tx, now: Timestamp) -> Result<HashMap<AppId, u64>, InternalError> {
    let refused: Vec<(AppId, Timestamp)> = tx
        .all::<connection::Entity>()
        .filter(query::refused_long(now))
        .filter(query::own_health_is(Health::Retrying, now))
        .filter(account_is_snoozed(tx, false))
        .select_only()
        .column(connection::Column::AppId)
        .column(connection::Column::RefusedSince)
        .limit(BOUND)
        .into_tuple()
        .all(&**tx)
        .await?;
    let mut by_app: HashMap<AppId, Vec<Timestamp>> = HashMap::new();
    for (app, since) in refused {
        by_app.entry(app).or_default().push(since);
    }
    let mut alone = HashMap::new();
    for (app, since) in by_app {
        let newest = others::newest_renewal(tx, app, &since).await?;
        let n = since.iter().filter(|since| Some(**since) < newest).count();
        alone.insert(app, n as u64);
    }
    Ok(alone)
}

/// A group doesn't name its rows, so the log names those with unknown states.
async fn log_unknown(tx: &Tx, apps: &[App]) -> Result<(), InternalError> {
    tx.all::<connection::Entity>()
        .filter(connection::Column::AppId.is_in(apps.iter().map(|a| a.id)))
        .filter(connection::Column::Health.is_not_in(Health::ALL))
        .limit(20)
        .readable::<connection::Model>(&**tx, "the counts of healths")
        .await?;
    Ok(())
}

/// The counts of all apps that the actor may see, in two queries.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_tenant(actor: &Actor) -> Result<HealthCounts, InternalError> {
    let tx = actor.read().await?;
    let apps = visible_apps(actor, &tx).await?;
    sum(&tx, &apps, actor.now()).await
}

/// The counts of all these apps.
pub(crate) async fn sum(
    tx: &Tx,
    apps: &[App],
    now: Timestamp,
) -> Result<HealthCounts, InternalError> {
    let mut sum = HealthCounts::default();
    for counts in by_app(tx, apps, now).await?.into_values() {
        for health in Health::ALL {
            sum.add(health, counts.get(health));
        }
        sum.to_look_at += counts.to_look_at;
    }
    Ok(sum)
}

/// Compares what is kept of all tenants with the rows, and gives how many numbers or
/// states differ. They are mended if `mend` says so; a change at the same time counts.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn recount(services: &Services, mend: bool) -> Result<u64, InternalError> {
    let wrong = kept_counts::recount(services, mend).await?;
    Ok(wrong + health_days::recount(services, mend).await?)
}

/// The apps that the actor may see.
pub(crate) async fn visible_apps(actor: &Actor, tx: &Tx) -> Result<Vec<App>, InternalError> {
    let mut query = tx.all::<app::Entity>();
    if let Some(only) = actor.apps.ids() {
        query = query.filter(app::Column::Id.is_in(only));
    }
    query.readable(&**tx, "the apps of a tenant").await
}
