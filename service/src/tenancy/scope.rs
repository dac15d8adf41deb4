//! The only way to begin a tenant's query.

use super::Tx;
use crate::core::{database::Transaction, error::InternalError, services::Services};
use domain::{ids::TenantId, time::Timestamp};
use sea_orm::{ConnectionTrait, Statement};
use std::ops::Deref;

/// The right to one tenant's data. It is made where the tenant was proven: from
/// a membership, an API token, a link, a state or the worker's lease.
#[derive(Clone)]
pub struct TenantScope {
    services: Services,
    tenant: TenantId,
}

impl TenantScope {
    /// The caller must have proven that the request belongs to the tenant.
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

    /// The services of the scope.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.services.now()
    }

    /// For several reads of the same snapshot.
    pub(crate) async fn read(&self) -> Result<Tx, InternalError> {
        self.enter(self.services.db.begin_read().await?).await
    }

    /// For writing.
    pub(crate) async fn write(&self) -> Result<Tx, InternalError> {
        // Most writes are sealed, or recorded under a sealed key.
        let services = &self.services;
        services.vault().prepare(services, self.tenant).await;
        self.enter(self.services.db.begin_write().await?).await
    }

    /// Continues a transaction that was begun before its tenant was known.
    /// Row-level security on PostgreSQL reads the tenant from this setting.
    pub(crate) async fn enter(&self, inner: Transaction) -> Result<Tx, InternalError> {
        if !self.services.db.is_sqlite() {
            inner
                .execute_raw(Statement::from_sql_and_values(
                    self.services.db.backend(),
                    "SELECT set_config('mooring.tenant', $1, true)",
                    [self.tenant.to_string().into()],
                ))
                .await?;
        }
        Ok(Tx::new(inner, self.tenant, self.services.live.clone()))
    }
}

impl Deref for TenantScope {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}
