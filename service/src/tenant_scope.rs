//! The only way to start a tenant's query.

use crate::{
    connections::events,
    database::Transaction,
    entity::{event, tenant_event},
    error::Fault,
    live::{Change, Live},
    services::Services,
    statements::{padded, powers_of_two},
};
use domain::{ids::TenantId, time::Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, Delete, DeleteMany, EntityTrait, QueryFilter,
    Select, Statement, Update, UpdateMany, sea_query::Expr,
};
use std::{
    ops::Deref,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// Most notices that one statement sends to other processes.
const NOTICES: usize = 32;

/// The right to one tenant's data. It is made where the tenant was proven: from
/// a membership, an API token, a link, a state or the worker's lease.
#[derive(Clone)]
pub struct TenantScope {
    services: Services,
    tenant: TenantId,
}

/// An entity whose rows belong to a tenant.
pub(crate) trait Owned: EntityTrait {
    /// The column that names the tenant.
    const TENANT: Self::Column;
}

/// A transaction within one tenant.
pub(crate) struct Tx {
    inner: Transaction,
    tenant: TenantId,
    live: Live,
    changes: Mutex<Vec<Change>>,
    events: Mutex<PendingEvents>,
}

/// Events that are written at a transaction's end.
#[derive(Default)]
pub(crate) struct PendingEvents {
    /// Of connections.
    pub of_connections: Vec<event::ActiveModel>,
    /// Of the tenant itself.
    pub of_tenant: Vec<tenant_event::ActiveModel>,
}

impl TenantScope {
    /// Whoever calls this has proven that the caller belongs to the tenant.
    pub(crate) fn new(services: &Services, tenant: TenantId) -> Self {
        Self {
            services: services.clone(),
            tenant,
        }
    }

    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The services that the scope runs on.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.services.now()
    }

    /// For reading several things of one moment.
    pub(crate) async fn read(&self) -> Result<Tx, Fault> {
        self.enter(self.services.db.begin_read().await?).await
    }

    /// For writing.
    pub(crate) async fn write(&self) -> Result<Tx, Fault> {
        // Most of what is written is sealed, or recorded under a sealed key.
        let services = &self.services;
        services.vault.prepare(services, self.tenant).await;
        self.enter(self.services.db.begin_write().await?).await
    }

    /// Goes on with a transaction that was begun before its tenant was known.
    /// Row-level security on PostgreSQL reads the tenant from this setting.
    pub(crate) async fn enter(&self, inner: Transaction) -> Result<Tx, Fault> {
        if !self.services.db.is_sqlite() {
            inner
                .execute_raw(Statement::from_sql_and_values(
                    self.services.db.backend(),
                    "SELECT set_config('mooring.tenant', $1, true)",
                    [self.tenant.to_string().into()],
                ))
                .await?;
        }
        Ok(Tx {
            inner,
            tenant: self.tenant,
            live: self.services.live.clone(),
            changes: Mutex::default(),
            events: Mutex::default(),
        })
    }
}

impl Deref for TenantScope {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl Tx {
    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's rows of an entity.
    pub fn all<E: Owned>(&self) -> Select<E> {
        E::find().filter(E::TENANT.eq(self.tenant.0))
    }

    /// The tenant's rows that have one of these keys. Without statistics, SQLite
    /// takes a tenant for less than a list of keys, and would read all of it.
    pub fn those<E: Owned>(&self, column: E::Column, keys: Vec<Uuid>) -> Select<E> {
        let rows = if self.inner.get_database_backend() == DatabaseBackend::Sqlite {
            let tenant = E::TENANT.as_column_ref();
            let of_tenant = [Expr::col(tenant), self.tenant.0.into()];
            E::find().filter(Expr::cust_with_exprs("(+ ?) = ?", of_tenant))
        } else {
            self.all::<E>()
        };
        rows.filter(column.is_in(padded(keys)))
    }

    /// An update of the tenant's rows of an entity.
    pub fn update<E: Owned>(&self) -> UpdateMany<E> {
        Update::many(E::default()).filter(E::TENANT.eq(self.tenant.0))
    }

    /// A removal of the tenant's rows of an entity.
    pub fn delete<E: Owned>(&self) -> DeleteMany<E> {
        Delete::many(E::default()).filter(E::TENANT.eq(self.tenant.0))
    }

    /// Notes a change that open pages hear of once it lasts.
    pub fn tell(&self, change: Change) {
        self.changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(change);
    }

    /// The events that are kept for the end of the transaction.
    pub fn events(&self) -> MutexGuard<'_, PendingEvents> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the changes last, then tells open pages.
    pub async fn commit(self) -> Result<(), Fault> {
        events::write(&self).await?;
        let changes = self
            .changes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if self.inner.get_database_backend() == DatabaseBackend::Postgres {
            for some in powers_of_two(&changes, NOTICES) {
                let (sql, values) = self.live.notices(some);
                self.inner
                    .execute_raw(Statement::from_sql_and_values(
                        DatabaseBackend::Postgres,
                        sql,
                        values,
                    ))
                    .await?;
            }
        }
        self.inner.commit().await?;
        for change in changes {
            self.live.tell(change);
        }
        Ok(())
    }
}

/// For SeaORM's executors: `query.one(&*tx)`.
impl Deref for Tx {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        &self.inner
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{
        TenantScope,
        entity::{app, connection, credential},
        testing::{World, backends},
    };
    use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, QueryTrait, Select, Statement};
    use uuid::Uuid;

    async fn plan<E: EntityTrait>(scope: &TenantScope, query: Select<E>) -> String {
        let query = query.build(DatabaseBackend::Sqlite);
        let explain = format!("EXPLAIN QUERY PLAN {}", query.sql);
        let values = query.values.unwrap().0;
        let explain = Statement::from_sql_and_values(query.db_backend, explain, values);
        let tx = scope.read().await.unwrap();
        let steps = tx.query_all_raw(explain).await.unwrap();
        let details = steps.iter().map(|step| step.try_get("", "detail").unwrap());
        details.collect::<Vec<String>>().join("; ")
    }

    /// SQLite has no statistics, as in any installation.
    #[tokio::test]
    async fn rows_of_many_keys_are_found_without_reading_the_whole_tenant() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let scope = owner.scope();
        let keys: Vec<Uuid> = (0..40).map(|_| world.services.new_id()).collect();
        let tx = scope.read().await.unwrap();
        let connections = tx.those::<connection::Entity>(connection::Column::Id, keys.clone());
        let secrets = tx.those::<credential::Entity>(credential::Column::OwnerId, keys);
        drop(tx);
        let connections = plan(scope, connections).await;
        assert!(connections.contains("(id=?)"), "{connections}");
        let secrets = plan(scope, secrets).await;
        assert!(secrets.contains("(owner_id=?)"), "{secrets}");
    }

    /// security.md 52: another tenant's keys find nothing, also where no
    /// row-level security stands beneath.
    #[tokio::test]
    async fn s52_keys_of_another_tenant_find_nothing() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let (mine, theirs) = (world.owner("acme").await, world.owner("bolt").await);
            let keys = vec![world.app(&mine, "returns").await.id.0];
            for (owner, found) in [(&mine, 1), (&theirs, 0)] {
                let tx = owner.read().await.unwrap();
                let apps = tx.those::<app::Entity>(app::Column::Id, keys.clone());
                assert_eq!(apps.all(&*tx).await.unwrap().len(), found);
            }
        }
    }
}
