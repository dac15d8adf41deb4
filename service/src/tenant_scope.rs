//! The only way to start a tenant's query.

use crate::{
    connections::events,
    entity::event,
    error::Fault,
    live::{Change, Live},
    services::Services,
};
use domain::{ids::TenantId, time::Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction, Delete, DeleteMany,
    EntityTrait, QueryFilter, Select, Statement, Update, UpdateMany,
};
use std::{
    ops::Deref,
    sync::{Mutex, PoisonError},
};

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
    inner: DatabaseTransaction,
    tenant: TenantId,
    live: Live,
    changes: Mutex<Vec<Change>>,
    events: Mutex<Vec<event::ActiveModel>>,
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
    pub(crate) async fn enter(&self, inner: DatabaseTransaction) -> Result<Tx, Fault> {
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

    /// Keeps an event for the end of the transaction.
    pub fn add_event(&self, event: event::ActiveModel) {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
    }

    /// The events that are not written yet.
    pub fn take_events(&self) -> Vec<event::ActiveModel> {
        std::mem::take(&mut self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the changes last, then tells open pages.
    pub async fn commit(self) -> Result<(), Fault> {
        events::write(&self).await?;
        let changes = self
            .changes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if self.inner.get_database_backend() == DatabaseBackend::Postgres {
            for change in &changes {
                let (sql, values) = self.live.notice(change);
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
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}
