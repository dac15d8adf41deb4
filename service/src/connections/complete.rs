//! Ending an authorization (RFC 6749 4.1.2–4.1.4): the state is consumed, the
//! code becomes tokens, the connection is stored.

use super::{authorize::derived, events, evidence, record::Record, result::Outcome, store_tokens};
use crate::{
    apps::{self, App},
    digest::digest,
    entity::{app, authorization, connection, reconnect_link},
    error::Fault,
    gorgias::{
        ClientCredentials, Grant, UpstreamError,
        id_token::{self, Expected, Identity},
    },
    services::Services,
    tenant_scope::{TenantScope, Tx},
    vault::Purpose,
};
use authorization::{Column, Entity, Model};
use domain::{
    error::AuthorizationProblem,
    event::{Actor, Happening},
    health::Standing,
    ids::{AppId, AuthorizationId, PersonId, TenantId},
    scope::ScopeSet,
    subdomain::Subdomain,
    token,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use secrecy::SecretString;

/// What the browser brought to the redirect URI; each parameter exactly once.
#[derive(Debug)]
pub struct Callback {
    /// `state`.
    pub state: SecretString,
    /// `code`, or the `error` that came in its place (RFC 6749 4.1.2.1).
    pub answer: Result<SecretString, String>,
    /// `iss` (RFC 9207 2).
    pub iss: Option<String>,
}

/// Why a callback ended before any authorization was found for it.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// A person is told so; there is no stored result.
    #[error("the callback was refused: {}", .0.code())]
    Refused(AuthorizationProblem),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for CallbackError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Ends an authorization. Whatever the verdict, it is stored with the
/// authorization, whose id is returned for the result page.
///
/// # Errors
/// [`CallbackError::Refused`] if the state is unknown, used, too old, another
/// app's or begun in another browser or by another person: nothing is sent to
/// Gorgias then, and nothing consumed.
pub async fn complete(
    services: &Services,
    app: AppId,
    callback: Callback,
    browser: &SecretString,
    signed_in: Option<PersonId>,
) -> Result<AuthorizationId, CallbackError> {
    let row = consume(services, app, &callback.state, browser, signed_in).await?;
    let id = AuthorizationId(row.id);
    let scope = TenantScope::new(services, TenantId(row.tenant_id));
    let bad = |column| Fault::inconsistent("authorizations", column, row.id);
    let attempt = Attempt {
        subdomain: row.subdomain.parse().map_err(|_| bad("subdomain"))?,
        requested: row
            .requested_scopes
            .parse()
            .map_err(|_| bad("requested_scopes"))?,
        scope: &scope,
        row: &row,
        browser,
        state: &callback.state,
    };
    let outcome = match attempt.run(callback.answer, callback.iss).await {
        Ok(outcome) => outcome,
        Err(Stop::Fault(fault)) => return Err(fault.into()),
        Err(Stop::Problem(problem)) => {
            attempt.note_failure(&problem).await?;
            Outcome::Failed { problem }
        }
    };
    keep_outcome(&scope, id, &outcome).await?;
    Ok(id)
}

/// Consumes the state in one statement. It is bound to browser, app and, if an
/// operator began it, to that person; app, tenant and subdomain come from it.
async fn consume(
    services: &Services,
    app: AppId,
    state: &SecretString,
    browser: &SecretString,
    signed_in: Option<PersonId>,
) -> Result<Model, CallbackError> {
    let now = services.now();
    let this = Condition::all()
        .add(Column::StateHash.eq(digest("state", state)))
        .add(Column::BrowserHash.eq(digest("browser", browser)))
        .add(Column::AppId.eq(app.0))
        .add(Column::ExpiresAt.gt(now.0))
        .add(Column::ConsumedAt.is_null());
    let anybody = Column::PersonId.is_null();
    let right_person = match signed_in {
        Some(person) => anybody.or(Column::PersonId.eq(person.0)),
        None => anybody,
    };
    // No tenant is known before the state is.
    let tx = services.db.begin_write().await?;
    let consumed = Entity::update_many()
        .filter(this.clone())
        .filter(right_person)
        .col_expr(Column::ConsumedAt, Expr::value(now.0))
        .exec_with_returning(&tx)
        .await?;
    if let Some(row) = consumed.into_iter().next() {
        tx.commit().await?;
        return Ok(row);
    }
    let somebody_elses = Entity::find().filter(this).one(&tx).await?.is_some();
    Err(CallbackError::Refused(if somebody_elses {
        AuthorizationProblem::OtherPerson
    } else {
        AuthorizationProblem::StateUnknown
    }))
}

async fn keep_outcome(
    scope: &TenantScope,
    id: AuthorizationId,
    outcome: &Outcome,
) -> Result<(), Fault> {
    let text = serde_json::to_string(outcome)
        .map_err(|_| Fault::inconsistent("authorizations", "outcome", id))?;
    let tx = scope.write().await?;
    tx.update::<Entity>()
        .filter(Column::Id.eq(id.0))
        .col_expr(Column::Outcome, Expr::value(text))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

enum Stop {
    Problem(AuthorizationProblem),
    Fault(Fault),
}

impl From<AuthorizationProblem> for Stop {
    fn from(problem: AuthorizationProblem) -> Self {
        Self::Problem(problem)
    }
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// A consumed authorization on its way to tokens.
struct Attempt<'a> {
    scope: &'a TenantScope,
    row: &'a Model,
    subdomain: Subdomain,
    requested: ScopeSet,
    browser: &'a SecretString,
    state: &'a SecretString,
}

impl Attempt<'_> {
    async fn run(
        &self,
        answer: Result<SecretString, String>,
        iss: Option<String>,
    ) -> Result<Outcome, Stop> {
        let issuer = self.scope.config.gorgias.issuer(&self.subdomain);
        if iss.is_some_and(|iss| iss != issuer) {
            return Err(self.wrong_account());
        }
        let code = answer.map_err(|error| AuthorizationProblem::Refused {
            code: known_error(&error),
        })?;
        self.link_is_usable().await?;
        let (app, client) = self.client().await?;
        let grant = self.exchange(&app, &client, &code).await?;
        let identity = self.identity(&client, &issuer, &grant)?;
        evidence::issuer_agrees(self.scope, &self.subdomain, &grant)
            .map_err(|_| self.wrong_account())?;
        evidence::account_agrees(self.scope, &self.subdomain, &grant)
            .await
            .map_err(|_| self.wrong_account())?;
        self.store(&app, grant, identity).await
    }

    fn wrong_account(&self) -> Stop {
        Stop::Problem(AuthorizationProblem::WrongAccount {
            expected: self.subdomain.clone(),
        })
    }

    async fn link_is_usable(&self) -> Result<(), Stop> {
        let Some(link) = self.row.link_id else {
            return Ok(());
        };
        let tx = self.scope.read().await?;
        let usable = tx
            .all::<reconnect_link::Entity>()
            .filter(reconnect_link::Column::Id.eq(link))
            .filter(reconnect_link::Column::ApprovedAt.is_null())
            .filter(reconnect_link::Column::RevokedAt.is_null())
            .one(&*tx)
            .await?;
        if usable.is_some() {
            Ok(())
        } else {
            Err(AuthorizationProblem::LinkGone.into())
        }
    }

    async fn client(&self) -> Result<(App, ClientCredentials), Stop> {
        let tx = self.scope.read().await?;
        let id = self.row.app_id;
        let app = apps::find(&tx, &id.to_string(), None)
            .await?
            .ok_or(AuthorizationProblem::StateUnknown)?;
        let secret = self
            .scope
            .vault
            .open(&tx, Purpose::AppClientSecret, id)
            .await?;
        let client_secret =
            secret.ok_or_else(|| Fault::inconsistent("apps", "client_secret", id))?;
        let client = ClientCredentials {
            client_id: app.client_id.clone(),
            client_secret,
            encoding: app.basic_encoding,
        };
        Ok((app, client))
    }

    async fn exchange(
        &self,
        app: &App,
        client: &ClientCredentials,
        code: &SecretString,
    ) -> Result<Grant, Stop> {
        let verifier = app.pkce.then(|| derived(self.browser, "pkce", self.state));
        let redirect_uri = self.scope.config.redirect_uri(app.id);
        let answer = self
            .scope
            .gorgias
            .exchange_code(
                client,
                &self.subdomain,
                code,
                &redirect_uri,
                verifier.as_ref(),
            )
            .await;
        match answer {
            Ok(grant) => Ok(grant),
            Err(UpstreamError::InvalidClient) => {
                set_fault(self.scope, app.id).await?;
                Err(AuthorizationProblem::AppRefused.into())
            }
            Err(UpstreamError::InvalidGrant) => Err(AuthorizationProblem::CodeRefused.into()),
            Err(error) => {
                tracing::warn!(upstream.error = error.code(), account = %self.subdomain, "A code could not be exchanged");
                Err(AuthorizationProblem::Unavailable.into())
            }
        }
    }

    fn identity(
        &self,
        client: &ClientCredentials,
        issuer: &str,
        grant: &Grant,
    ) -> Result<Option<Identity>, Stop> {
        let Some(raw) = &grant.id_token else {
            return Ok(None);
        };
        let expected = Expected {
            issuer,
            client_id: &client.client_id,
            nonce: &derived(self.browser, "nonce", self.state),
            now: self.scope.now(),
        };
        match id_token::verify(raw, &expected) {
            Ok(identity) => Ok(Some(identity)),
            Err(id_token::IdTokenError::WrongIssuer) => Err(self.wrong_account()),
            Err(error) => {
                tracing::warn!(error = %error, account = %self.subdomain, "An id_token was refused");
                Err(AuthorizationProblem::BadAnswer.into())
            }
        }
    }

    /// Replaces whatever tokens there were, in one transaction.
    async fn store(
        &self,
        app: &App,
        grant: Grant,
        identity: Option<Identity>,
    ) -> Result<Outcome, Stop> {
        let services = self.scope.services();
        let now = services.now();
        let tx = self.scope.write().await?;
        let mut record = self.locked_record(&tx, app.id).await?;
        let first = record.last_fine_at.is_none();
        let version = record.token_version;
        // RFC 6749 5.1: a scope that isn't told is the one that was asked for.
        let granted = grant
            .scope
            .clone()
            .unwrap_or_else(|| self.requested.clone());
        let by = identity
            .as_ref()
            .and_then(|i| i.name.clone().or_else(|| i.email.clone()));
        let who = Actor::Customer { name: by.clone() };
        record.proven(now);
        record.standing = Standing::Connected;
        record.token_version = version + 1;
        record.renewable = grant.refresh_token.is_some();
        record.missing_scopes = ScopeSet::compare(&app.requested, &granted).missing.len();
        record.approved_by_name = identity.as_ref().and_then(|i| i.name.clone());
        record.approved_by_email = identity.and_then(|i| i.email);
        let expires = token::expires_at(now, grant.jwt_exp, grant.expires_in);
        record.access_expires_at = Some(expires);
        record.schedule(services, now);
        let before = std::mem::replace(&mut record.granted, granted.clone());
        let happening = if first {
            Happening::Connected {
                granted: granted.clone(),
            }
        } else {
            Happening::Reconnected {
                granted: granted.clone(),
            }
        };
        events::add(services, &tx, record.id, &who, &happening).await?;
        if !first {
            events::scopes_changed(services, &tx, record.id, &who, &before, &granted).await?;
        }
        record.store(services, &tx, version, &who, "").await?;
        store_tokens(services, &tx, record.id, &grant, true).await?;
        if app.fault_since.is_some() {
            clear_fault(&tx, app.id).await?;
        }
        if let Some(link) = self.row.link_id {
            let used = tx
                .update::<reconnect_link::Entity>()
                .filter(reconnect_link::Column::Id.eq(link))
                .filter(reconnect_link::Column::ApprovedAt.is_null())
                .filter(reconnect_link::Column::RevokedAt.is_null())
                .col_expr(reconnect_link::Column::ApprovedAt, Expr::value(now.0))
                .exec(&*tx)
                .await?;
            if used.rows_affected == 0 {
                return Err(AuthorizationProblem::LinkGone.into());
            }
        }
        tx.commit().await?;
        Ok(Outcome::Approved { by, granted, first })
    }

    async fn locked_record(&self, tx: &Tx, app: AppId) -> Result<Record, Fault> {
        let find = || {
            tx.all::<connection::Entity>()
                .filter(connection::Column::AppId.eq(app.0))
                .filter(connection::Column::Subdomain.eq(self.subdomain.as_str()))
                .lock_exclusive()
                .one(&**tx)
        };
        if find().await?.is_none() {
            Record::offered(self.scope, app, self.subdomain.clone())
                .insert(tx)
                .await?;
        }
        let row = find()
            .await?
            .ok_or_else(|| Fault::inconsistent("connections", "subdomain", &self.subdomain))?;
        row.try_into()
    }

    async fn note_failure(&self, problem: &AuthorizationProblem) -> Result<(), Fault> {
        let tx = self.scope.write().await?;
        let record = super::find_record(&tx, AppId(self.row.app_id), &self.subdomain).await?;
        if let Some(record) = record {
            let happening = Happening::NotApproved {
                reason: problem.title(),
            };
            events::add(
                self.scope,
                &tx,
                record.id,
                &Actor::Customer { name: None },
                &happening,
            )
            .await?;
            tx.tell(record.change(&tx));
        }
        tx.commit().await
    }
}

/// The error codes of RFC 6749 4.1.2.1; anything else came from who knows where.
fn known_error(code: &str) -> String {
    const KNOWN: [&str; 7] = [
        "access_denied",
        "invalid_request",
        "unauthorized_client",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
    ];
    KNOWN
        .into_iter()
        .find(|k| *k == code)
        .unwrap_or("unknown")
        .to_owned()
}

/// Notes that Gorgias refuses the app's own credentials; the first refusal's time stays.
pub(crate) async fn set_fault(scope: &TenantScope, app: AppId) -> Result<(), Fault> {
    let tx = scope.write().await?;
    let first = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .filter(app::Column::FaultSince.is_null())
        .col_expr(app::Column::FaultSince, Expr::value(scope.now().0))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if first.rows_affected == 1 {
        tracing::error!(app.id = %app, tenant.id = %scope.tenant(), "Gorgias refuses the app's credentials: check its client id and client secret");
    }
    Ok(())
}

/// Notes that the app's credentials were accepted.
pub(crate) async fn clear_fault(tx: &Tx, app: AppId) -> Result<(), Fault> {
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .col_expr(app::Column::FaultSince, Expr::value(Option::<i64>::None))
        .exec(&**tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// security.md 13
    #[test]
    fn only_documented_errors_are_repeated() {
        assert_eq!(known_error("access_denied"), "access_denied");
        assert_eq!(known_error("<script>alert(1)</script>"), "unknown");
    }
}
