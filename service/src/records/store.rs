//! The only way to change a connection's row: only if it still has the tokens
//! that the change began with.

use super::connection::Changed;
use crate::{
    core::{
        error::InternalError,
        services::Services,
        statements::{padded, place, powers_of_two, rows_of},
    },
    entity::{
        account,
        connection::{ActiveModel, Column},
    },
    tenancy::{Tx, outbox},
};
use domain::{
    event::{Actor, Happening},
    ids::ConnectionId,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, IdenStatic, Iterable, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value, sea_query::LockType,
};
use std::collections::{BTreeSet, HashSet};

/// The most rows that one statement changes.
const AT_ONCE: usize = 32;

/// The result of storing a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is stored.
    Done,
    /// The row has newer tokens than those that the change began with, so it
    /// was not changed.
    Outdated,
}

/// [`store_all`] for what the worker changes.
pub(crate) async fn store_by_worker(
    services: &Services,
    tx: &Tx,
    all: &[Changed],
) -> Result<(), InternalError> {
    let who = &Actor::Worker;
    let all: Vec<_> = all.iter().map(|changed| Storing { changed, who }).collect();
    store_all(services, tx, &all).await?;
    Ok(())
}

/// A change to store.
pub(crate) struct Storing<'a> {
    pub changed: &'a Changed,
    pub who: &'a Actor,
}

impl Changed {
    /// Stores the change if the row still has the tokens that it began with.
    /// Then its events are written to the timeline, and open pages are told.
    pub async fn store(
        &self,
        services: &Services,
        tx: &Tx,
        who: &Actor,
    ) -> Result<Stored, InternalError> {
        let one = [Storing { changed: self, who }];
        let stored = store_all(services, tx, &one).await?;
        Ok(stored.first().copied().unwrap_or(Stored::Outdated))
    }
}

/// [`Changed::store`] for several different connections; gives the result of
/// each, in their order. A transaction that changes several stores them all at once:
/// their accounts are locked in one order.
pub(crate) async fn store_all(
    services: &Services,
    tx: &Tx,
    all: &[Storing<'_>],
) -> Result<Vec<Stored>, InternalError> {
    lock_accounts(services, tx, all).await?;
    let (renewals, mut others): (Vec<_>, Vec<_>) =
        all.iter().partition(|one| one.changed.is_renewal_alone);
    let mut stored_ids = HashSet::new();
    write(
        services,
        tx,
        &renewals,
        Written::OfRenewals,
        &mut stored_ids,
    )
    .await?;
    // Those whose state somebody else changed meanwhile are written whole.
    others.extend(
        renewals
            .into_iter()
            .filter(|one| !stored_ids.contains(&one.changed.record.id)),
    );
    write(services, tx, &others, Written::All, &mut stored_ids).await?;
    let mut stored = Vec::with_capacity(all.len());
    for Storing { changed, who } in all {
        let Changed { record, events, .. } = changed;
        if !stored_ids.contains(&record.id) {
            stored.push(Stored::Outdated);
            continue;
        }
        for event in events {
            // Nobody did this, whoever looked at it first.
            let who = match event {
                Happening::Unchecked { .. } => &Actor::Worker,
                _ => who,
            };
            outbox::add(services, tx, record.id, who, event)?;
        }
        tx.tell(record.news(tx));
        stored.push(Stored::Done);
    }
    Ok(stored)
}

/// Changes the rows, and adds those that it could change to `stored`.
async fn write(
    services: &Services,
    tx: &Tx,
    all: &[&Storing<'_>],
    written: Written,
    stored: &mut HashSet<ConnectionId>,
) -> Result<(), InternalError> {
    for some in powers_of_two(all, AT_ONCE) {
        let rows = tx
            .query_all_raw(update(services, tx, some, written))
            .await?;
        for row in rows {
            stored.insert(row.try_get("", "id")?);
        }
    }
    Ok(())
}

/// Locks the accounts of connections that change their health, in one order. A trigger
/// stores the worst health with the account: two transactions that change several
/// accounts would lock them in different orders otherwise. SQLite has one writer.
async fn lock_accounts(
    services: &Services,
    tx: &Tx,
    all: &[Storing<'_>],
) -> Result<(), InternalError> {
    let changes_health = |changed: &Changed| {
        let mut events = changed.events.iter();
        events.any(|event| matches!(event, Happening::HealthChanged { .. }))
    };
    let accounts: BTreeSet<&str> = all
        .iter()
        .filter(|one| changes_health(one.changed))
        .map(|one| one.changed.record.subdomain.as_str())
        .collect();
    if accounts.is_empty() || services.db.is_sqlite() {
        return Ok(());
    }
    let accounts = accounts.into_iter().map(str::to_owned).collect();
    tx.all::<account::Entity>()
        .filter(account::Column::Subdomain.is_in(padded::<String>(accounts)))
        .order_by_asc(account::Column::Subdomain)
        .lock(LockType::NoKeyUpdate)
        .select_only()
        .column(account::Column::Subdomain)
        .into_tuple::<String>()
        .all(&**tx)
        .await?;
    Ok(())
}

/// Which columns a statement writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// All that a change may change.
    All,
    /// Those that every renewal changes, if the state is still the one of the record. So
    /// most refreshes wake no trigger, and carry half of the values.
    OfRenewals,
}

impl Written {
    fn writes(self, column: Column) -> bool {
        let never = matches!(
            column,
            Column::Id
                | Column::TenantId
                | Column::LeaseUntil
                | Column::LeaseFence
                | Column::CreatedAt
                | Column::RestoredAt
        );
        // What `Changed::renewing` compares.
        let other = matches!(
            column,
            Column::AppId
                | Column::Subdomain
                | Column::Standing
                | Column::LossCause
                | Column::StandingSince
                | Column::DisconnectedBy
                | Column::Renewable
                | Column::GrantedScopes
                | Column::ScopesUnknown
                | Column::MissingScopes
                | Column::ApprovedByName
                | Column::ApprovedByEmail
                | Column::Health
                | Column::HealthSince
        );
        !never && (self == Self::All || !other)
    }

    /// What a row has to hold still, besides the version of its tokens.
    const fn condition(self) -> &'static str {
        match self {
            Self::All => "",
            Self::OfRenewals => {
                " AND connections.health = changed.health \
                 AND connections.health_since = changed.health_since"
            }
        }
    }
}

/// Changes the rows that still have the tokens of their version, and gives
/// their leases back, unless another holder has them by now.
fn update(services: &Services, tx: &Tx, some: &[&Storing<'_>], written: Written) -> Statement {
    let changes: Vec<Column> = Column::iter()
        .filter(|column| written.writes(*column))
        .collect();
    let mut columns = changes.clone();
    if written == Written::OfRenewals {
        columns.extend([Column::Health, Column::HealthSince]);
    }
    let mut values: Vec<Value> = Vec::new();
    for one in some {
        let Changed {
            record,
            from_version,
            ..
        } = one.changed;
        let row: ActiveModel = record.columns(tx);
        values.push(record.id.into());
        values.push((*from_version).into());
        values.push(record.fence.into());
        values.extend(
            columns
                .iter()
                .filter_map(|column| row.get(*column).into_value()),
        );
    }
    let rows = rows_of(&services.db, some.len(), values.len() / some.len().max(1));
    let tenant = place(&services.db, values.len() + 1);
    values.push(tx.tenant().into());
    let names: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
    let changes: Vec<String> = changes
        .iter()
        .map(|column| column.as_str())
        .map(|name| format!("{name} = changed.{name}"))
        .collect();
    let sql = format!(
        "WITH changed (id, from_version, fence, {}) AS (VALUES {rows}) \
         UPDATE connections SET {}, lease_until = \
         CASE WHEN connections.lease_fence = changed.fence THEN 0 ELSE connections.lease_until END \
         FROM changed WHERE connections.id = changed.id AND connections.tenant_id = {tenant} \
         AND connections.token_version = changed.from_version{} RETURNING connections.id",
        names.join(", "),
        changes.join(", "),
        written.condition(),
    );
    Statement::from_sql_and_values(services.db.backend(), sql, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::rows::Rows,
        entity::connection::{Entity, Model},
        records::connection::{Record, attempted},
        testing::{World, backends},
    };
    use domain::health::Health;
    use sea_orm::sea_query::Expr;

    fn failed(world: &World, record: Record) -> Changed {
        let attempt = attempted(&world.services, world.clock_now());
        record.change(|connection| connection.app_refused(attempt))
    }

    /// SQLite has no statistics, as in all installations.
    #[tokio::test]
    async fn rows_are_changed_without_reading_others() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "returns").await;
        let record = Record::offered(&world.services, app.id, "shop".parse().unwrap());
        let changed = failed(&world, record);
        let one = [Storing {
            changed: &changed,
            who: &Actor::Worker,
        }];
        let tx = owner.read().await.unwrap();
        for written in [Written::All, Written::OfRenewals] {
            let one: Vec<_> = one.iter().collect();
            let mut explain = update(&world.services, &tx, &one, written);
            explain.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
            let steps = tx.query_all_raw(explain).await.unwrap();
            let steps = steps.iter().map(|row| row.try_get("", "detail").unwrap());
            let plan = steps.collect::<Vec<String>>().join("; ");
            assert!(
                plan.contains("SEARCH connections") && plan.contains("(id=?)"),
                "{plan}"
            );
        }
    }

    /// A late answer that found the connection fine, while somebody else stored a failure
    /// with the same tokens: the row says again that it is fine.
    #[tokio::test]
    async fn a_renewal_writes_the_state_too_if_somebody_changed_it() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let owner = world.owner("acme").await;
            let app = world.app(&owner, "returns").await;
            let record = Record::offered(&world.services, app.id, "shop".parse().unwrap());
            let tx = owner.write().await.unwrap();
            record.insert(&tx).await.unwrap();
            tx.commit().await.unwrap();
            for meanwhile in [None, Some(Health::Retrying)] {
                let change = failed(&world, record.clone()).renewing(&record);
                assert!(change.is_renewal_alone);
                let tx = owner.write().await.unwrap();
                if let Some(health) = meanwhile {
                    tx.update::<Entity>()
                        .col_expr(Column::Health, Expr::value(health))
                        .exec(&*tx)
                        .await
                        .unwrap();
                }
                let stored = change.store(&world.services, &tx, &Actor::Worker);
                assert_eq!(stored.await.unwrap(), Stored::Done);
                let row: Option<Model> = tx.all::<Entity>().row(&*tx).await.unwrap();
                let row = row.unwrap();
                assert_eq!(row.health, record.health);
                assert_eq!(row.due_at, change.record.due_at);
                tx.commit().await.unwrap();
            }
        }
    }

    /// security.md 52: a record of another tenant is not changed, even without
    /// row-level security.
    #[tokio::test]
    async fn s52_another_tenants_record_is_not_changed() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let (mine, theirs) = (world.owner("acme").await, world.owner("bolt").await);
            let app = world.app(&mine, "returns").await;
            let record = Record::offered(&world.services, app.id, "shop".parse().unwrap());
            let tx = mine.write().await.unwrap();
            record.insert(&tx).await.unwrap();
            tx.commit().await.unwrap();
            let change = failed(&world, record);
            for (owner, changed) in [(&theirs, false), (&mine, true)] {
                let tx = owner.write().await.unwrap();
                let stored = change.store(&world.services, &tx, &Actor::Worker);
                assert_eq!(stored.await.unwrap() == Stored::Done, changed);
                tx.commit().await.unwrap();
            }
        }
    }
}
