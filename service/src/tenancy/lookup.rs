//! Finds the tenant of something that belongs to exactly one: a state, a link,
//! a token, or an app in a request from Gorgias. Only the tenant is found here;
//! everything else is then read within its scope.

use crate::{
    core::{digest::digest, error::InternalError, queries, rows::Rows, services::Services},
    entity::tenant,
    tenancy::{TenantScope, Tx},
};
use domain::{
    ids::{AppId, AuthorizationId, TenantId},
    slug::Slug,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Value};
use secrecy::SecretString;

/// A key that belongs to one tenant.
pub(crate) enum Key<'a> {
    /// An app's id, in the addresses that are registered at Gorgias.
    App(AppId),
    /// The state of an authorization.
    State(&'a SecretString),
    /// An authorization's id, in the address of its result.
    Authorization(AuthorizationId),
    /// The token of a reconnect link.
    Link(&'a SecretString),
    /// The token of an invitation.
    Invitation(&'a SecretString),
    /// The name of the files of a brand.
    Brand(&'a str),
    /// The digest of an API token.
    ApiToken(Vec<u8>),
}

/// The scope of the tenant that the key belongs to, if there is one.
pub(crate) async fn scope_of(
    services: &Services,
    key: Key<'_>,
) -> Result<Option<TenantScope>, InternalError> {
    let (query, value): (_, Value) = match key {
        Key::App(id) => (queries::TENANT_OF_APP, id.into()),
        Key::State(state) => (queries::TENANT_OF_STATE, digest("state", state).into()),
        Key::Authorization(id) => (queries::TENANT_OF_AUTHORIZATION, id.into()),
        Key::Link(token) => (queries::TENANT_OF_LINK, digest("link", token).into()),
        Key::Invitation(token) => (
            queries::TENANT_OF_INVITATION,
            digest("invitation", token).into(),
        ),
        Key::Brand(name) => (queries::TENANT_OF_BRAND, name.into()),
        Key::ApiToken(hash) => (queries::TENANT_OF_API_TOKEN, hash.into()),
    };
    let db = &services.db;
    let row = db.read().query_one_raw(query.with(db, [value])).await?;
    let tenant: Option<TenantId> = match row {
        Some(row) => row.try_get("", "tenant_id")?,
        None => None,
    };
    Ok(tenant.map(|id| TenantScope::new(services, id)))
}

/// The scope of the tenant with this short name; `None` if there is none, or it is
/// deleted.
pub(crate) async fn scope_of_slug(
    services: &Services,
    slug: &Slug,
) -> Result<Option<TenantScope>, InternalError> {
    let tenant = tenant::Entity::find()
        .filter(tenant::Column::Slug.eq(slug.as_str()))
        .filter(tenant::Column::RemovedAt.is_null())
        .filter(tenant::Column::DeletedAt.is_null())
        .row::<tenant::Model>(services.db.read())
        .await?;
    Ok(tenant.map(|tenant| TenantScope::new(services, tenant.id)))
}

/// Whether the transaction's tenant is there and not deleted, for what names its
/// tenant by itself: the sealed facts of an authorization.
pub(crate) async fn is_there(tx: &Tx) -> Result<bool, InternalError> {
    let found = tenant::Entity::find_by_id(tx.tenant())
        .filter(tenant::Column::DeletedAt.is_null())
        .filter(tenant::Column::RemovedAt.is_null())
        .any(&**tx)
        .await?;
    Ok(found)
}
