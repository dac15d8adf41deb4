//! How many connections are in which state.

use super::query;
use crate::{
    core::error::InternalError,
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
    /// Retried, but refused for so long that somebody should look.
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

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.of.iter().sum()
    }

    /// How many need somebody to do something.
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
    app_id: uuid::Uuid,
    own: String,
    n: i64,
    long: Option<i64>,
}

/// The counts of each app: one grouped query.
pub(crate) async fn by_app(
    tx: &Tx,
    apps: &[App],
    now: Timestamp,
) -> Result<HashMap<AppId, HealthCounts>, InternalError> {
    let mut own = CaseStatement::new();
    for decided_by_time in [Health::Unchecked, Health::Disconnected] {
        own = own.case(
            query::own_health_is(decided_by_time, now),
            Expr::value(decided_by_time.code()),
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
    let faulty = query::faulty(apps);
    let mut counts: HashMap<AppId, HealthCounts> = HashMap::new();
    for group in groups {
        let app = AppId(group.app_id);
        let health = if faulty.contains(&app) {
            Health::SetupFault
        } else {
            group
                .own
                .parse()
                .map_err(|_| InternalError::inconsistent("connections", "health", app))?
        };
        let counts = counts.entry(app).or_default();
        counts.add(health, group.n.unsigned_abs());
        if health == Health::Retrying {
            counts.to_look_at += group.long.unwrap_or_default().unsigned_abs();
        }
    }
    Ok(counts)
}

/// The counts of all apps that the actor may see: two queries.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_tenant(actor: &Actor) -> Result<HealthCounts, InternalError> {
    let tx = actor.read().await?;
    let apps = visible_apps(actor, &tx).await?;
    let mut sum = HealthCounts::default();
    for counts in by_app(&tx, &apps, actor.now()).await?.into_values() {
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
    if let Some(only) = actor.only_app {
        query = query.filter(app::Column::Id.eq(only));
    }
    query
        .all(&**tx)
        .await?
        .into_iter()
        .map(App::try_from)
        .collect()
}
