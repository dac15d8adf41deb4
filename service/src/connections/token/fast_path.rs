//! The usual read: a valid API token asks for an access token that is stored
//! and lives long enough. It takes one statement, no transaction, and no write
//! but the audit's.

use super::{ServedToken, TokenError, entry, living};
use crate::{
    api_tokens::{self, ApiRequest, AuthenticateError, Presented, TooMany},
    audit::{self, By},
    core::{error::InternalError, queries, services::Services},
    encryption::Purpose,
    entity::connection::{LossCode, StandingCode},
    records::connection,
    tenancy::{TenantScope, credentials::SealedRow},
};
use domain::{
    health::{Condition, Health},
    ids::{ApiTokenId, AppId, ConnectionId, DataKeyId, TenantId},
    permission::Permission,
    role::Role,
    scope::ScopeSet,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use sea_orm::{ConnAcquireErr, DbErr, FromQueryResult, Value};
use secrecy::SecretString;
use std::mem;

/// The same columns under the same names on both databases.
#[derive(FromQueryResult)]
struct Row {
    token_id: ApiTokenId,
    tenant_id: TenantId,
    token_name: String,
    role: Role,
    only_app: Option<AppId>,
    token_hash: Vec<u8>,
    token_expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    networks: Option<String>,
    old_token_hash: Option<Vec<u8>>,
    old_works_until: Option<Timestamp>,
    rate_per_second: Option<i32>,
    rate_burst: Option<i32>,
    app: AppId,
    slug: String,
    fault_since: Option<Timestamp>,
    /// Rarely needed, so parsed only then.
    requested_scopes: String,
    connection: ConnectionId,
    standing: StandingCode,
    loss_cause: Option<LossCode>,
    standing_since: Option<Timestamp>,
    disconnected_by: Option<String>,
    renewable: bool,
    granted_scopes: ScopeSet,
    missing_scopes: i32,
    access_expires_at: Option<Timestamp>,
    last_fine_at: Option<Timestamp>,
    failing_since: Option<Timestamp>,
    overdue_at: Option<Timestamp>,
    data_key_id: DataKeyId,
    format: i16,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

/// A token that can be given out at once. `None` if there is any problem,
/// anything to wait for or anything to explain: the caller then uses
/// [`api_tokens::authenticate`] and [`read`](super::read), whose answer counts.
///
/// # Errors
/// [`TokenError::TooMany`]; [`TokenError::AuditUnavailable`]; [`TokenError::Internal`]
/// if the database can't be reached.
pub async fn fast_path(
    services: &Services,
    token: &SecretString,
    request: &ApiRequest,
    app: &str,
    subdomain: &Subdomain,
    min_ttl: Span,
) -> Result<Option<ServedToken>, TokenError> {
    let Some(hash) = api_tokens::hash_of(token) else {
        return Ok(None);
    };
    let Some(mut row) = find(services, &hash, app, subdomain).await? else {
        return Ok(None);
    };
    let Some(served) = row.serve(services, &hash, request, min_ttl)? else {
        return Ok(None);
    };
    let address = request.address;
    let scope = TenantScope::new(services, row.tenant_id);
    let connection = row.connection;
    api_tokens::addresses::note(&scope, row.token_id, &row.token_name, address)
        .await
        .map_err(|error| {
            tracing::error!(%error, "The new address of an API token could not be recorded, so no token is handed out");
            TokenError::AuditUnavailable
        })?;
    audit::reads::note(&scope, row.token_id.0, connection, || {
        let by = By::ApiToken {
            id: row.token_id,
            name: row.token_name.clone(),
        };
        entry(by, address, connection, &row.slug, subdomain)
    })
    .await
    .map_err(|_| TokenError::AuditUnavailable)?;
    Ok(Some(served))
}

async fn find(
    services: &Services,
    hash: &[u8],
    app: &str,
    subdomain: &Subdomain,
) -> Result<Option<Row>, InternalError> {
    let id = app.parse::<AppId>().ok();
    let values: [Value; 4] = [
        hash.into(),
        app.into(),
        id.into(),
        subdomain.as_str().into(),
    ];
    let db = &services.db;
    let statement = queries::TOKEN_FAST_PATH.with(db, values);
    match Row::find_by_statement(statement).one(db.quick()).await {
        Ok(row) => Ok(row),
        // `read` reports the column that can't be read.
        Err(DbErr::TryIntoErr { .. }) => Ok(None),
        Err(error @ DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) => Err(error.into()),
        Err(error) => {
            // A restart of the database may have closed these connections;
            // those of the other pool are tested before use.
            tracing::warn!(%error, "A token could not be read at once");
            Ok(None)
        }
    }
}

impl Row {
    fn serve(
        &mut self,
        services: &Services,
        hash: &[u8],
        request: &ApiRequest,
        min_ttl: Span,
    ) -> Result<Option<ServedToken>, TooMany> {
        let presented = Presented {
            id: self.token_id,
            tenant: self.tenant_id,
            role: self.role,
            only_app: self.only_app,
            token_hash: &self.token_hash,
            old_token_hash: self.old_token_hash.as_deref(),
            old_works_until: self.old_works_until,
            expires_at: self.token_expires_at,
            revoked_at: self.revoked_at,
            networks: self.networks.as_deref(),
            rate_per_second: self.rate_per_second,
            rate_burst: self.rate_burst,
        };
        let role = match presented.recognize(services, hash, request) {
            Ok(role) => role,
            Err(AuthenticateError::TooMany(too_many)) => return Err(too_many),
            // `authenticate` explains another refusal.
            Err(_) => return Ok(None),
        };
        if !role.allows(Permission::ReadTokens) || !presented.reaches(self.app) {
            return Ok(None);
        }
        Ok(self.open(services, min_ttl))
    }

    /// The access token, if it can be given out as it is.
    fn open(&mut self, services: &Services, min_ttl: Span) -> Option<ServedToken> {
        let condition = self.condition()?;
        let now = services.now();
        let expires_at = living(&condition, self.last_fine_at, min_ttl, now)?;
        let sealed = SealedRow {
            data_key: self.data_key_id,
            format: self.format,
            nonce: &self.nonce,
            ciphertext: &self.ciphertext,
        };
        let purpose = Purpose::ConnectionAccessToken;
        let access_token = services
            .vault()
            .open_row(&sealed, self.tenant_id, purpose, self.connection.0)
            .ok()??;
        let requested: ScopeSet = self.requested_scopes.parse().ok()?;
        let missing = self.granted_scopes.missing_of(&requested);
        // The long way knows scopes that are unknown (`State::missing`), and what the app
        // asks for since it was changed.
        if usize::try_from(self.missing_scopes) != Ok(missing.len()) {
            return None;
        }
        Some(ServedToken {
            access_token,
            expires_at,
            missing,
            scope: mem::take(&mut self.granted_scopes),
            health: Health::of(&condition, now),
        })
    }

    fn condition(&self) -> Option<Condition> {
        let standing = connection::standing(
            self.standing,
            self.loss_cause,
            self.standing_since,
            self.disconnected_by.clone(),
            // It only changes the explanation for people.
            false,
        )?;
        Some(Condition {
            credentials_rejected_since: self.fault_since,
            standing,
            renewable: self.renewable,
            access_expires_at: self.access_expires_at,
            failing_since: self.failing_since,
            overdue_at: self.overdue_at,
            missing_scopes: usize::try_from(self.missing_scopes).ok()?,
        })
    }
}
