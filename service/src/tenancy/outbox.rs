//! The outbox of a transaction: events for timelines, and news for open pages.

use super::Tx;
use crate::{
    core::{
        database::Transaction,
        error::InternalError,
        live::{Change, Live},
        services::Services,
        statements::powers_of_two,
    },
    entity::{event, tenant_event},
};
use domain::{
    event::{Actor, Happening},
    ids::ConnectionId,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DatabaseBackend, EntityTrait, Statement,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most notices that one statement sends to other processes.
const NOTICES: usize = 32;
/// The most events that one statement writes: both databases allow a limited
/// number of values.
const EVENTS: usize = 500;

/// Events and news that leave with a transaction's commit.
#[derive(Default)]
pub(crate) struct Outbox {
    news: Mutex<Vec<Change>>,
    events: Mutex<Pending>,
}

/// Events that aren't written yet.
#[derive(Default)]
struct Pending {
    of_connections: Vec<event::ActiveModel>,
    of_tenant: Vec<tenant_event::ActiveModel>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbox {
    /// Tells other processes, within the transaction; they get the notice when
    /// it commits. Gives the news for this process to send then.
    pub(super) async fn send(
        self,
        inner: &Transaction,
        live: &Live,
    ) -> Result<Vec<Change>, InternalError> {
        let news = self
            .news
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let backend = inner.get_database_backend();
        if backend == DatabaseBackend::Postgres {
            for some in powers_of_two(&news, NOTICES) {
                let (sql, values) = live.notices(some);
                let notices = Statement::from_sql_and_values(backend, sql, values);
                inner.execute_raw(notices).await?;
            }
        }
        Ok(news)
    }
}

impl Tx {
    /// Adds a change that open pages hear of after the commit.
    pub fn tell(&self, change: Change) {
        lock(&self.outbox().news).push(change);
    }

    /// Writes the added events. After this, a transaction may lock only the
    /// audit's head, or two of them would deadlock.
    pub async fn write_events(&self) -> Result<(), InternalError> {
        let pending = std::mem::take(&mut *lock(&self.outbox().events));
        for some in pending.of_connections.chunks(EVENTS) {
            event::Entity::insert_many(some.to_vec())
                .exec_without_returning(&**self)
                .await?;
        }
        for some in pending.of_tenant.chunks(EVENTS) {
            tenant_event::Entity::insert_many(some.to_vec())
                .exec_without_returning(&**self)
                .await?;
        }
        Ok(())
    }
}

/// Adds an event, in the transaction of its change. It is written at the
/// transaction's end: from then on, other writers of the tenant's events wait
/// for it.
pub(crate) fn add(
    services: &Services,
    tx: &Tx,
    connection: ConnectionId,
    who: &Actor,
    what: &Happening,
) -> Result<(), InternalError> {
    let id = services.new_id();
    let json = |column, text: Result<String, _>| {
        text.map_err(|_: serde_json::Error| InternalError::inconsistent("events", column, id))
    };
    let row = event::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        connection_id: Set(connection),
        kind: Set(what.code().to_owned()),
        actor: Set(json("actor", serde_json::to_string(who))?),
        details: Set(json("details", serde_json::to_string(what))?),
        at: Set(services.now()),
        seq: NotSet,
    };
    lock(&tx.outbox().events).of_connections.push(row);
    Ok(())
}

/// Adds an event that belongs to no connection, like [`add`].
pub(crate) fn add_to_tenant(
    services: &Services,
    tx: &Tx,
    who: &Actor,
    what: &Happening,
) -> Result<(), InternalError> {
    let id = services.new_id();
    let json = |column, text: Result<String, _>| {
        text.map_err(|_: serde_json::Error| {
            InternalError::inconsistent("tenant_events", column, id)
        })
    };
    let row = tenant_event::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        kind: Set(what.code().to_owned()),
        actor: Set(json("actor", serde_json::to_string(who))?),
        details: Set(json("details", serde_json::to_string(what))?),
        at: Set(services.now()),
        seq: NotSet,
    };
    lock(&tx.outbox().events).of_tenant.push(row);
    Ok(())
}
