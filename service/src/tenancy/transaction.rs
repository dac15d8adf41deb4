//! A transaction within one tenant.

use super::outbox::Outbox;
use crate::{
    core::{database::Transaction, error::InternalError, live::Live, statements::padded},
    entity::Owned,
};
use domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, Delete, DeleteMany, QueryFilter, Select, Update,
    UpdateMany, Value, sea_query::Expr,
};
use std::ops::Deref;

/// A transaction within one tenant.
pub(crate) struct Tx {
    inner: Transaction,
    tenant: TenantId,
    live: Live,
    outbox: Outbox,
}

impl Tx {
    pub(super) fn new(inner: Transaction, tenant: TenantId, live: Live) -> Self {
        Self {
            inner,
            tenant,
            live,
            outbox: Outbox::default(),
        }
    }

    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's rows of an entity.
    pub fn all<E: Owned>(&self) -> Select<E> {
        E::find().filter(E::TENANT.eq(self.tenant))
    }

    /// The tenant's rows with one of these keys. Without statistics, SQLite
    /// expects fewer rows of a tenant than of a list of keys, and would read
    /// all of the tenant's rows.
    pub fn by_keys<E: Owned>(
        &self,
        column: E::Column,
        keys: Vec<impl Into<Value> + Clone>,
    ) -> Select<E> {
        let rows = if self.inner.get_database_backend() == DatabaseBackend::Sqlite {
            let tenant = E::TENANT.as_column_ref();
            let of_tenant = [Expr::col(tenant), self.tenant.into()];
            E::find().filter(Expr::cust_with_exprs("(+ ?) = ?", of_tenant))
        } else {
            self.all::<E>()
        };
        rows.filter(column.is_in(padded(keys)))
    }

    /// An update of the tenant's rows of an entity.
    pub fn update<E: Owned>(&self) -> UpdateMany<E> {
        Update::many(E::default()).filter(E::TENANT.eq(self.tenant))
    }

    /// A removal of the tenant's rows of an entity.
    pub fn delete<E: Owned>(&self) -> DeleteMany<E> {
        Delete::many(E::default()).filter(E::TENANT.eq(self.tenant))
    }

    /// The events and news that leave with the commit.
    pub(super) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Writes the events, commits the changes, then tells open pages.
    pub async fn commit(self) -> Result<(), InternalError> {
        self.write_events().await?;
        let Self {
            inner,
            live,
            outbox,
            ..
        } = self;
        let news = outbox.send(&inner, &live).await?;
        inner.commit().await?;
        for change in news {
            live.tell(change);
        }
        Ok(())
    }
}

/// For running a query: `query.row(&*tx)`.
impl Deref for Tx {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        &self.inner
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        TenantScope,
        core::rows::Rows,
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

    /// SQLite has no statistics, as in all installations.
    #[tokio::test]
    async fn rows_of_many_keys_are_found_without_reading_the_whole_tenant() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let scope = owner.scope();
        let keys: Vec<Uuid> = (0..40).map(|_| world.services.new_id()).collect();
        let tx = scope.read().await.unwrap();
        let connections = tx.by_keys::<connection::Entity>(connection::Column::Id, keys.clone());
        let secrets = tx.by_keys::<credential::Entity>(credential::Column::OwnerId, keys);
        drop(tx);
        let connections = plan(scope, connections).await;
        assert!(connections.contains("(id=?)"), "{connections}");
        let secrets = plan(scope, secrets).await;
        assert!(secrets.contains("(owner_id=?)"), "{secrets}");
    }

    /// security.md 52: another tenant's keys find nothing, even without row-level security.
    #[tokio::test]
    async fn s52_keys_of_another_tenant_find_nothing() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let (mine, theirs) = (world.owner("acme").await, world.owner("bolt").await);
            let keys = vec![world.app(&mine, "returns").await.id.0];
            for (owner, found) in [(&mine, 1), (&theirs, 0)] {
                let tx = owner.read().await.unwrap();
                let apps = tx.by_keys::<app::Entity>(app::Column::Id, keys.clone());
                assert_eq!(apps.rows::<app::Model>(&*tx).await.unwrap().len(), found);
            }
        }
    }
}
