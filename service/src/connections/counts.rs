//! How many connections are in each state.

use super::query;
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{app, connection},
    records::app::App,
    tenancy::{Actor, Tx},
};
use domain::{health::Health, ids::AppId, time::Timestamp};
use sea_orm::{
    ColumnTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{CaseStatement, Expr},
};
use std::collections::HashMap;

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

    fn add(&mut self, health: Health, count: u64) {
        if let Some(slot) = self.of.get_mut(usize::from(health.severity())) {
            *slot += count;
        }
    }
}

#[derive(FromQueryResult)]
struct Group {
    app_id: AppId,
    /// It may be unknown.
    own: String,
    n: i64,
    long: Option<i64>,
}

/// The counts of each app, in one grouped query.
pub(crate) async fn by_app(
    tx: &Tx,
    apps: &[App],
    now: Timestamp,
) -> Result<HashMap<AppId, HealthCounts>, InternalError> {
    let mut own = CaseStatement::new();
    for decided_by_time in [Health::Unchecked, Health::Disconnected] {
        own = own.case(
            query::own_health_is(decided_by_time, now),
            Expr::value(decided_by_time),
        );
    }
    let own: Expr = own.finally(Expr::col(connection::Column::Health)).into();
    let refused_long: Expr = CaseStatement::new()
        .case(query::asks_for_a_look(now), Expr::value(1))
        .finally(Expr::value(0))
        .into();
    let groups = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.is_in(apps.iter().map(|a| a.id)))
        .select_only()
        .column(connection::Column::AppId)
        .column_as(own, "own")
        .column_as(connection::Column::Id.count(), "n")
        .column_as(refused_long.sum(), "long")
        .group_by(connection::Column::AppId)
        .group_by(Expr::col(sea_orm::sea_query::Alias::new("own")))
        .into_model::<Group>()
        .all(&**tx)
        .await?;
    let mut unknown = false;
    let faulty = query::faulty(apps);
    let mut counts: HashMap<AppId, HealthCounts> = HashMap::new();
    for group in groups {
        let health = match group.own.parse() {
            _ if faulty.contains(&group.app_id) => Health::SetupFault,
            Ok(health) => health,
            Err(_) => {
                unknown = true;
                continue;
            }
        };
        let counts = counts.entry(group.app_id).or_default();
        counts.add(health, group.n.unsigned_abs());
        if health == Health::Retrying {
            counts.to_look_at += group.long.unwrap_or_default().unsigned_abs();
        }
    }
    if unknown {
        log_unknown(tx, apps).await?;
    }
    Ok(counts)
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

/// The apps that the actor may see.
pub(crate) async fn visible_apps(actor: &Actor, tx: &Tx) -> Result<Vec<App>, InternalError> {
    let mut query = tx.all::<app::Entity>();
    if let Some(only) = actor.apps.ids() {
        query = query.filter(app::Column::Id.is_in(only));
    }
    query.readable(&**tx, "the apps of a tenant").await
}
