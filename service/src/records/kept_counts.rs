//! Counts that triggers keep with each change of a row (ADR 36), so that no page counts
//! rows. A count is the sum of what is kept and of the changes that the worker has not
//! added to it yet.

use crate::{
    core::{
        database::Transaction,
        error::InternalError,
        queries::{self, Queries},
        services::Services,
    },
    tenancy::Tx,
};
use domain::{campaign::Stage, health::Health};
use sea_orm::{
    ConnectionTrait, ExprTrait, Statement, Value,
    sea_query::{Expr, Func, Query, UnionType},
};

/// The most changes that one transaction adds to the kept counts.
const FOLDED_AT_ONCE: i64 = 20_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Connections, by their app: the key is its id in hexadecimal digits.
    App,
    /// Accounts, by who looks after them: the key is the person's id in hexadecimal
    /// digits, or empty.
    Owner,
    /// Snoozed accounts; the key is as for all accounts.
    Snoozed,
    /// Accounts, by their tags: the key is the tag as it was typed.
    Tag,
    /// Connections, by the set of scopes that they have granted: the key is the set's id in
    /// hexadecimal digits.
    GrantedSet,
    /// Accounts of campaigns, by the stage in place of the state: the key is the campaign's
    /// id in hexadecimal digits.
    Campaign,
}

impl Kind {
    const fn code(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Owner => "owner",
            Self::Snoozed => "snoozed",
            Self::Tag => "tag",
            Self::GrantedSet => "set",
            Self::Campaign => "campaign",
        }
    }
}

/// How many there are of a key in a stored state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub key: String,
    /// `None` for a state that isn't known.
    pub health: Option<Health>,
    pub n: u64,
}

const KEPT: &str = "SELECT key, health, CAST(sum(n) AS BIGINT) AS n FROM ( \
    SELECT key, health, n FROM kept_counts WHERE tenant_id = $1 AND kind = $2 \
    UNION ALL SELECT key, health, n FROM count_changes WHERE tenant_id = $1 AND kind = $2 \
    ) AS counts GROUP BY key, health HAVING sum(n) > 0";

/// The key of an id.
pub(crate) fn key(id: uuid::Uuid) -> String {
    id.simple().to_string()
}

/// All counts of a kind in the tenant, in one statement, so that a change that the worker
/// adds meanwhile counts once.
pub(crate) async fn kept(tx: &Tx, kind: Kind) -> Result<Vec<Kept>, InternalError> {
    let values: [Value; 2] = [tx.tenant().into(), kind.code().into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), KEPT, values);
    let mut counts = Vec::new();
    for row in tx.query_all_raw(statement).await? {
        let health: String = row.try_get("", "health")?;
        let n: i64 = row.try_get("", "n")?;
        counts.push(Kept {
            key: row.try_get("", "key")?,
            health: health.parse().ok(),
            n: n.unsigned_abs(),
        });
    }
    Ok(counts)
}

/// How many accounts of these campaigns are at each stage, by the campaign's key.
pub(crate) async fn of_campaigns(
    tx: &Tx,
    keys: Vec<String>,
) -> Result<Vec<(String, Stage, u64)>, InternalError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let counts = |table: &'static str| {
        Query::select()
            .columns(["key", "health", "n"])
            .from(table)
            .and_where(Expr::col("tenant_id").eq(tx.tenant()))
            .and_where(Expr::col("kind").eq(Kind::Campaign.code()))
            .and_where(Expr::col("key").is_in(keys.clone()))
            .to_owned()
    };
    let both = counts("kept_counts")
        .union(UnionType::All, counts("count_changes"))
        .to_owned();
    let sum = Func::sum(Expr::col("n"));
    let query = Query::select()
        .columns(["key", "health"])
        .expr_as(Expr::expr(sum).cast_as("bigint"), "n")
        .from_subquery(both, "counts")
        .group_by_columns(["key", "health"])
        .to_owned();
    let mut found = Vec::new();
    for row in tx.query_all(&query).await? {
        let (stage, n): (String, i64) = (row.try_get("", "health")?, row.try_get("", "n")?);
        if let Ok(stage) = stage.parse() {
            found.push((
                row.try_get("", "key")?,
                stage,
                u64::try_from(n).unwrap_or(0),
            ));
        }
    }
    Ok(found)
}

/// Adds the changes of all tenants to the kept counts.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn fold(services: &Services) -> Result<(), InternalError> {
    loop {
        let tx = services.db.begin_write().await?;
        let folded = run(services, &tx, queries::FOLD_COUNTS, FOLDED_AT_ONCE.into()).await?;
        tx.commit().await?;
        if services.db.is_sqlite() || folded < FOLDED_AT_ONCE.unsigned_abs() {
            return Ok(());
        }
    }
}

/// Compares the kept counts and states of all tenants with the rows, and gives how many
/// differ. They are mended if `mend` says so, while other transactions go on.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn recount(services: &Services, mend: bool) -> Result<u64, InternalError> {
    let tx = services.db.begin_write().await?;
    let wrong = run(services, &tx, queries::RECOUNT, mend.into()).await?;
    if mend {
        tx.commit().await?;
    }
    Ok(wrong)
}

/// Runs the statements, and gives how many rows they were about. Those of SQLite take no
/// value.
async fn run(
    services: &Services,
    tx: &Transaction,
    queries: Queries,
    value: Value,
) -> Result<u64, InternalError> {
    let mut rows = 0;
    if services.db.is_sqlite() {
        for statement in queries.with(&services.db, []) {
            rows += tx.execute_raw(statement).await?.rows_affected();
        }
    } else {
        for statement in queries.with(&services.db, [value.clone()]) {
            if let Some(row) = tx.query_one_raw(statement).await? {
                rows += row.try_get::<i64>("", "n")?.unsigned_abs();
            }
        }
    }
    Ok(rows)
}
