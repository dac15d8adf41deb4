//! Reads the input of attempts, in batches for all that begin at about the same time.

use super::BATCH;
use crate::{
    core::{
        batch::Batcher,
        error::InternalError,
        rows::Rows,
        services::{self, ProcessState},
    },
    encryption::Purpose,
    entity::{connection, credential, tenant},
    records::{
        app::{self as apps, App},
        connection::Record,
    },
    tenancy::{TenantScope, Tx},
};
use domain::ids::{AppId, ConnectionId, TenantId};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use secrecy::SecretString;
use std::collections::HashMap;
use uuid::Uuid;

/// A connection with all that a refresh needs. An unreadable part of it doesn't
/// prevent the others of the batch from being read.
pub(super) struct Loaded {
    pub record: Record,
    pub app: App,
    /// `None` if there is no refresh token.
    pub refresh_token: Result<Option<SecretString>, InternalError>,
    pub client_secret: Result<SecretString, InternalError>,
}

/// Connections of a tenant that are read together.
struct LoadBatches(Batcher<TenantId, ConnectionId, Result<Option<Loaded>, InternalError>>);

impl ProcessState for LoadBatches {
    fn begin(_: &services::Inner) -> Self {
        Self(Batcher::new(BATCH))
    }
}

/// Reads a connection, together with others of the tenant; `None` if there is
/// no such connection. Everything is read after this call begins.
pub(super) async fn load(
    scope: &TenantScope,
    connection: ConnectionId,
) -> Result<Option<Loaded>, InternalError> {
    let everybodys = scope.clone();
    let batches = &scope.state::<LoadBatches>().0;
    let work = move |all| load_all(everybodys.clone(), all);
    batches.join(scope.tenant(), connection, work).await?
}

/// A connection's record by its id.
pub(super) async fn record(tx: &Tx, id: ConnectionId) -> Result<Option<Record>, InternalError> {
    tx.all::<connection::Entity>()
        .filter(connection::Column::Id.eq(id))
        .row(&**tx)
        .await
}

async fn load_all(
    scope: TenantScope,
    ids: Vec<ConnectionId>,
) -> Vec<Result<Option<Loaded>, InternalError>> {
    match read_all(&scope, &ids).await {
        Ok(loaded) => loaded,
        Err(error) => {
            tracing::error!(%error, connections = ids.len(), "Connections could not be read");
            ids.iter().map(|_| Err(error.for_others())).collect()
        }
    }
}

/// In one snapshot, and in three statements, however many connections there are.
async fn read_all(
    scope: &TenantScope,
    ids: &[ConnectionId],
) -> Result<Vec<Result<Option<Loaded>, InternalError>>, InternalError> {
    let tx = scope.read().await?;
    let records: HashMap<ConnectionId, Result<Record, InternalError>> = tx
        .by_keys::<connection::Entity>(connection::Column::Id, ids.to_vec())
        .filter(deleted(scope.tenant()).not())
        .by_key(&*tx, connection::Column::Id)
        .await?;
    let readable = || records.values().flatten();
    let apps = apps::by_id(&tx, readable().map(|record| record.app)).await?;
    let purposes = [Purpose::ConnectionRefreshToken, Purpose::AppClientSecret];
    let owners = apps.keys().map(|app| app.0);
    let owners = owners.chain(readable().map(|record| record.id.0));
    let secrets: HashMap<Uuid, credential::Model> = tx
        .by_keys::<credential::Entity>(credential::Column::OwnerId, owners.collect())
        .filter(credential::Column::Purpose.is_in(purposes.map(Purpose::code)))
        .rows::<credential::Model>(&*tx)
        .await?
        .into_iter()
        .map(|row| (row.owner_id, row))
        .collect();
    let found = Found {
        scope,
        tx: &tx,
        apps,
        secrets,
    };
    let mut loaded = Vec::with_capacity(ids.len());
    for id in ids {
        loaded.push(match records.get(id) {
            Some(Ok(record)) => found.open(record.clone()).await.map(Some),
            Some(Err(error)) => Err(error.for_others()),
            None => Ok(None),
        });
    }
    Ok(loaded)
}

/// Whether the tenant is deleted: then its connections rest.
fn deleted(id: TenantId) -> SimpleExpr {
    let query = tenant::Entity::find_by_id(id)
        .select_only()
        .column(tenant::Column::Id)
        .filter(tenant::Column::DeletedAt.is_not_null());
    Expr::exists(query.into_query())
}

/// The rows of a batch.
struct Found<'a> {
    scope: &'a TenantScope,
    tx: &'a Tx,
    apps: HashMap<AppId, Result<App, InternalError>>,
    /// By owner: refresh tokens of connections, client secrets of apps.
    secrets: HashMap<Uuid, credential::Model>,
}

impl Found<'_> {
    async fn open(&self, record: Record) -> Result<Loaded, InternalError> {
        let app = self
            .apps
            .get(&record.app)
            .ok_or_else(|| InternalError::inconsistent("connections", "app_id", record.id))?;
        let app = app.as_ref().map_err(InternalError::for_others)?.clone();
        let client_secret = match self.secret(Purpose::AppClientSecret, app.id.0).await {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => Err(InternalError::inconsistent("apps", "client_secret", app.id)),
            Err(error) => Err(error),
        };
        let refresh_token = Purpose::ConnectionRefreshToken;
        Ok(Loaded {
            refresh_token: self.secret(refresh_token, record.id.0).await,
            client_secret,
            app,
            record,
        })
    }

    async fn secret(
        &self,
        purpose: Purpose,
        owner: Uuid,
    ) -> Result<Option<SecretString>, InternalError> {
        match self.secrets.get(&owner) {
            Some(row) => {
                let vault = &self.scope.vault();
                vault
                    .open_found(self.tx, row, purpose, owner)
                    .await
                    .map(Some)
            }
            None => Ok(None),
        }
    }
}
