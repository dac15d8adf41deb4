//! Finding the tenant of something that names it by itself: a state, a link, a
//! token, an app in one of Gorgias' calls. Nothing but the tenant is found
//! here; all else is then asked for within its scope.

use crate::{
    core::{digest::digest, error::InternalError, services::Services},
    tenancy::TenantScope,
};
use domain::ids::{AppId, AuthorizationId, TenantId};
use sea_orm::{ConnectionTrait, Statement, Value};
use secrecy::SecretString;

/// What names its tenant.
pub(crate) enum Key<'a> {
    /// An app's id, in the addresses that Gorgias knows.
    App(AppId),
    /// The state of an authorization.
    State(&'a SecretString),
    /// An authorization's id, in the address of its result.
    Authorization(AuthorizationId),
    /// The token of a reconnect link.
    Link(&'a SecretString),
    /// The digest of an API token.
    ApiToken(Vec<u8>),
}

/// The scope of the tenant that the key belongs to, if it belongs to any.
pub(crate) async fn scope_of(
    services: &Services,
    key: Key<'_>,
) -> Result<Option<TenantScope>, InternalError> {
    let (name, table, column, value): (_, _, _, Value) = match key {
        Key::App(id) => ("app", "apps", "id", id.0.into()),
        Key::State(state) => (
            "state",
            "authorizations",
            "state_hash",
            digest("state", state).into(),
        ),
        Key::Authorization(id) => ("authorization", "authorizations", "id", id.0.into()),
        Key::Link(token) => (
            "link",
            "reconnect_links",
            "token_hash",
            digest("link", token).into(),
        ),
        Key::ApiToken(hash) => ("api_token", "api_tokens", "token_hash", hash.into()),
    };
    let sql = if services.db.is_sqlite() {
        format!("SELECT tenant_id FROM {table} WHERE {column} = $1")
    } else {
        // Runs as the tables' owner, beneath whose policy no tenant is needed.
        format!("SELECT mooring_tenant_of_{name}($1) AS tenant_id")
    };
    let row = services
        .db
        .read()
        .query_one_raw(Statement::from_sql_and_values(
            services.db.backend(),
            sql,
            [value],
        ))
        .await?;
    let tenant: Option<uuid::Uuid> = match row {
        Some(row) => row.try_get("", "tenant_id")?,
        None => None,
    };
    Ok(tenant.map(|id| TenantScope::new(services, TenantId(id))))
}
