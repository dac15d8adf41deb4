//! What triggers keep of each day of an app (ADR 39): read, added up and compared with
//! the rows.

use crate::{
    core::{
        database::Transaction,
        error::InternalError,
        queries::{self, Queries},
        services::Services,
    },
    tenancy::Tx,
};
use domain::{
    health_days::{Days, Kind, Sum},
    ids::AppId,
    time::{Span, Timestamp},
};
use sea_orm::{ConnectionTrait, Statement, Value};
use std::collections::HashMap;

/// The most changes that one transaction adds up.
const FOLDED_AT_ONCE: i64 = 20_000;

/// So many days are kept: what pages show, and some that a clock may be ahead.
const KEPT_DAYS: i64 = 100;

/// What is kept of the tenant's apps, or of one of them, over the days until now, in one
/// statement, so that a change that the worker adds up meanwhile counts once. Of an app
/// and a day there are at most some thirty rows; of the days before, only what they ended
/// with. Whoever asks leaves out the apps that they may not see.
pub(crate) async fn read(
    tx: &Tx,
    app: Option<AppId>,
    days: Days,
    now: Timestamp,
) -> Result<HashMap<AppId, Vec<Sum>>, InternalError> {
    let rows = tx.query_all_raw(statement(tx, app, days, now)).await?;
    let mut apps: HashMap<AppId, Vec<Sum>> = HashMap::new();
    for row in rows {
        let (kind, key): (String, String) = (row.try_get("", "kind")?, row.try_get("", "key")?);
        // A later version may keep more.
        let Some(kind) = Kind::decode(&kind, &key) else {
            continue;
        };
        let app = row.try_get("", "app_id")?;
        apps.entry(app).or_default().push(Sum {
            day: row.try_get("", "day")?,
            kind,
            n: row.try_get("", "n")?,
            moment: row.try_get("", "moment")?,
        });
    }
    Ok(apps)
}

fn statement(tx: &Tx, app: Option<AppId>, days: Days, now: Timestamp) -> Statement {
    let mut values: Vec<Value> = vec![tx.tenant().into(), days.first(now.day()).into()];
    values.extend(app.map(Value::from));
    let of_app = if app.is_some() { "AND app_id = $3" } else { "" };
    // Of each day what is drawn, in the order of the key; of causes and times, and of days
    // before, sums.
    let sql = format!(
        "SELECT app_id, day, kind, key, n, moment FROM health_days \
         WHERE tenant_id = $1 {of_app} AND day >= $2 AND kind IN ('state', 'worst', 'fault') \
         UNION ALL SELECT app_id, $2, kind, key, CAST(sum(n) AS BIGINT), 0 FROM health_days \
         WHERE tenant_id = $1 {of_app} AND day >= $2 AND kind IN ('cause', 'back') GROUP BY app_id, kind, key \
         UNION ALL SELECT app_id, 0, kind, key, CAST(sum(n) AS BIGINT), 0 FROM health_days \
         WHERE tenant_id = $1 {of_app} AND day < $2 AND kind IN ('state', 'fault') GROUP BY app_id, kind, key \
         UNION ALL SELECT app_id, day, kind, key, CAST(sum(n) AS BIGINT), CAST(sum(moment) AS BIGINT) \
         FROM health_day_changes WHERE tenant_id = $1 {of_app} GROUP BY app_id, day, kind, key"
    );
    Statement::from_sql_and_values(tx.get_database_backend(), sql, values)
}

/// Adds the changes of all tenants up, and forgets days that are too old at `now`; none if
/// it is not known.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn fold(services: &Services, now: Option<Timestamp>) -> Result<(), InternalError> {
    let oldest = now.map_or(0, |now| now.day() - KEPT_DAYS);
    loop {
        let tx = services.db.begin_write().await?;
        let mut folded = 0;
        if services.db.is_sqlite() {
            for statement in queries::FOLD_HEALTH_DAYS.with(&services.db, []) {
                tx.execute_raw(statement).await?;
            }
            for statement in queries::AGE_HEALTH_DAYS.with(&services.db, [oldest.into()]) {
                tx.execute_raw(statement).await?;
            }
        } else {
            let values = [FOLDED_AT_ONCE.into(), oldest.into()];
            folded = first_number(&tx, queries::FOLD_HEALTH_DAYS, services, values).await?;
        }
        tx.commit().await?;
        if folded < FOLDED_AT_ONCE {
            return Ok(());
        }
    }
}

/// Compares what is kept of today, and of the states that it began with, with the rows of
/// all tenants; gives how many numbers differ. They are mended if `mend` says so, while
/// other transactions go on. What is kept of days before can't be found in the rows.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn recount(services: &Services, mend: bool) -> Result<u64, InternalError> {
    let now = services.now();
    let today = now.day();
    let midnight = Timestamp::default().plus(Span::days(today));
    let since = now.since(midnight).0 / 1_000;
    let values = [mend.into(), today.into(), since.into()];
    let tx = services.db.begin_write().await?;
    let mut wrong = 0;
    if services.db.is_sqlite() {
        for statement in queries::RECOUNT_HEALTH_DAYS.with(&services.db, values) {
            wrong += tx.execute_raw(statement).await?.rows_affected();
        }
    } else {
        let n = first_number(&tx, queries::RECOUNT_HEALTH_DAYS, services, values).await?;
        wrong = n.unsigned_abs();
    }
    if mend {
        tx.commit().await?;
    }
    Ok(wrong)
}

/// What a function of PostgreSQL counted.
async fn first_number<const N: usize>(
    tx: &Transaction,
    queries: Queries,
    services: &Services,
    values: [Value; N],
) -> Result<i64, InternalError> {
    let mut n = 0;
    for statement in queries.with(&services.db, values.clone()) {
        if let Some(row) = tx.query_one_raw(statement).await? {
            n += row.try_get::<i64>("", "n")?;
        }
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    /// SQLite has no statistics, as in all installations.
    #[tokio::test]
    async fn only_rows_of_the_tenant_or_app_are_read() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "returns").await;
        let tx = owner.read().await.unwrap();
        for of in [None, Some(app.id)] {
            let mut explain = statement(&tx, of, Days::Ninety, owner.now());
            explain.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
            let steps = tx.query_all_raw(explain).await.unwrap();
            let steps = steps.iter().map(|row| row.try_get("", "detail").unwrap());
            let plan = steps.collect::<Vec<String>>().join("; ");
            assert!(!plan.contains("SCAN health"), "{plan}");
            assert_eq!(plan.matches("SEARCH health_day").count(), 4, "{plan}");
            assert_eq!(plan.contains("app_id=?"), of.is_some(), "{plan}");
        }
    }
}
