//! The one way to change a connection's row: if it still has the tokens that
//! the change was made from.

use super::{events, record::Record};
use crate::{
    entity::connection::{ActiveModel, Column},
    error::Fault,
    services::Services,
    statements::{place, powers_of_two, rows_of},
    tenant_scope::Tx,
};
use domain::{
    event::{Actor, Happening},
    health::Health,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IdenStatic, Iterable, Statement, Value};
use std::collections::HashSet;
use uuid::Uuid;

/// Most rows that one statement changes.
const AT_ONCE: usize = 32;

/// What became of a record that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is stored; the stored health went from one to the other.
    Done { from: Health, to: Health },
    /// The row has newer tokens than those that the record was made from; it was left alone.
    Outdated,
}

/// A record that is to be stored.
pub(crate) struct Storing<'a> {
    pub record: &'a mut Record,
    /// Of the tokens that it was made from.
    pub version: i64,
    pub who: &'a Actor,
    /// Why its health is another, if it is.
    pub cause: &'a str,
    /// What else happened, if it is stored.
    pub besides: Option<Happening>,
}

impl Record {
    /// Stores the record if the row still has the tokens of `version`. A change
    /// of health makes an event and is told to open pages.
    pub async fn store(
        &mut self,
        services: &Services,
        tx: &Tx,
        version: i64,
        who: &Actor,
        cause: &str,
    ) -> Result<Stored, Fault> {
        let mut one = [Storing {
            record: self,
            version,
            who,
            cause,
            besides: None,
        }];
        let stored = store_all(services, tx, &mut one).await?;
        Ok(stored.first().copied().unwrap_or(Stored::Outdated))
    }

    /// Takes on the health that its columns say, and gives the one before.
    fn settle(&mut self, services: &Services) -> Health {
        let now = services.now();
        let from = self.health;
        let condition = self.condition(None);
        // "Unchecked" is decided when read; a token that ran out is for good.
        let to = match Health::own(&condition, now) {
            Health::Unchecked => Health::settled(&condition),
            own => own,
        };
        if from != to {
            self.health = to;
            self.health_since = now;
        }
        self.strip = self.strip.record(now.day(), Some(from), to);
        self.updated_at = now;
        from
    }
}

/// [`Record::store`] for records of different connections, and what became of
/// each, in their order.
pub(crate) async fn store_all(
    services: &Services,
    tx: &Tx,
    all: &mut [Storing<'_>],
) -> Result<Vec<Stored>, Fault> {
    let before: Vec<Health> = all
        .iter_mut()
        .map(|one| one.record.settle(services))
        .collect();
    let mut changed = HashSet::new();
    for some in powers_of_two(all, AT_ONCE) {
        let rows = tx.query_all_raw(update(services, tx, some)).await?;
        for row in rows {
            changed.insert(row.try_get::<Uuid>("", "id")?);
        }
    }
    let mut stored = Vec::with_capacity(all.len());
    for (one, from) in all.iter().zip(before) {
        if !changed.contains(&one.record.id.0) {
            stored.push(Stored::Outdated);
            continue;
        }
        let id = one.record.id;
        if let Some(happening) = &one.besides {
            events::add(services, tx, id, one.who, happening).await?;
        }
        let to = one.record.health;
        if from != to {
            let happening = Happening::HealthChanged {
                from,
                to,
                cause: one.cause.to_owned(),
            };
            events::add(services, tx, id, one.who, &happening).await?;
        }
        tx.tell(one.record.change(tx));
        stored.push(Stored::Done { from, to });
    }
    Ok(stored)
}

/// Changes the rows that still have the tokens of their version, and gives
/// leases back with them, unless somebody else holds them by now.
fn update(services: &Services, tx: &Tx, some: &[Storing<'_>]) -> Statement {
    let columns: Vec<Column> = Column::iter()
        .filter(|column| is_changed(*column))
        .collect();
    let mut values: Vec<Value> = Vec::new();
    for one in some {
        let row: ActiveModel = one.record.columns(tx);
        values.push(one.record.id.0.into());
        values.push(one.version.into());
        values.push(one.record.fence.into());
        values.extend(
            columns
                .iter()
                .filter_map(|column| row.get(*column).into_value()),
        );
    }
    let rows = rows_of(&services.db, some.len(), values.len() / some.len().max(1));
    let tenant = place(&services.db, values.len() + 1);
    values.push(tx.tenant().0.into());
    let names: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
    let changes: Vec<String> = names.iter().map(|n| format!("{n} = changed.{n}")).collect();
    let sql = format!(
        "WITH changed (id, from_version, fence, {}) AS (VALUES {rows}) \
         UPDATE connections SET {}, lease_until = \
         CASE WHEN connections.lease_fence = changed.fence THEN 0 ELSE connections.lease_until END \
         FROM changed WHERE connections.id = changed.id AND connections.tenant_id = {tenant} \
         AND connections.token_version = changed.from_version RETURNING connections.id",
        names.join(", "),
        changes.join(", "),
    );
    Statement::from_sql_and_values(services.db.backend(), sql, values)
}

/// Whether storing changes the column.
fn is_changed(column: Column) -> bool {
    !matches!(
        column,
        Column::Id
            | Column::TenantId
            | Column::LeaseUntil
            | Column::LeaseFence
            | Column::CreatedAt
            | Column::RestoredAt
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{World, backends};

    /// SQLite has no statistics, as in any installation.
    #[tokio::test]
    async fn rows_are_changed_without_reading_others() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "returns").await;
        let mut record = Record::offered(&world.services, app.id, "shop".parse().unwrap());
        let one = [Storing {
            record: &mut record,
            version: 0,
            who: &Actor::Worker,
            cause: "",
            besides: None,
        }];
        let tx = owner.read().await.unwrap();
        let mut explain = update(&world.services, &tx, &one);
        explain.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let steps = tx.query_all_raw(explain).await.unwrap();
        let steps = steps.iter().map(|row| row.try_get("", "detail").unwrap());
        let plan = steps.collect::<Vec<String>>().join("; ");
        assert!(
            plan.contains("SEARCH connections") && plan.contains("(id=?)"),
            "{plan}"
        );
    }

    /// security.md 52: a record of another tenant is left alone, also where no
    /// row-level security stands beneath.
    #[tokio::test]
    async fn s52_another_tenants_record_is_not_changed() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let (mine, theirs) = (world.owner("acme").await, world.owner("bolt").await);
            let app = world.app(&mine, "returns").await;
            let mut record = Record::offered(&world.services, app.id, "shop".parse().unwrap());
            let tx = mine.write().await.unwrap();
            record.insert(&tx).await.unwrap();
            tx.commit().await.unwrap();
            for (owner, changed) in [(&theirs, false), (&mine, true)] {
                let tx = owner.write().await.unwrap();
                let stored = record.store(&world.services, &tx, 0, &Actor::Worker, "");
                let done = matches!(stored.await.unwrap(), Stored::Done { .. });
                assert_eq!(done, changed);
                tx.commit().await.unwrap();
            }
        }
    }
}
