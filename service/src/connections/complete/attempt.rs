//! From a consumed state to stored tokens.

use super::{Outcome, single_use};
use crate::{
    accounts::campaign_accounts,
    audit::{self, Action, By, Entry, Target},
    connections::{authorize::Facts, complete::exchange},
    core::{error::InternalError, rows::Rows},
    engine::{app_fault, evidence},
    entity::{connection, reconnect_link},
    records::{
        app::App,
        connection::{Record, attempted},
        find, tokens,
    },
    tenancy::{TenantScope, Tx, outbox},
    vault::carried::derived,
};
use domain::{
    connection::Approval,
    error::AuthorizationProblem,
    event::{Actor, Happening},
    ids::{AppId, AuthorizationId, ConnectionId},
    scope::ScopeSet,
    time::Timestamp,
    token,
};
use gorgias::{
    ClientCredentials, Grant, UpstreamError,
    id_token::{self, Expected, Identity},
};
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use secrecy::SecretString;
use std::net::IpAddr;

/// Why an attempt brought no tokens.
pub(super) enum Stop {
    Problem(AuthorizationProblem),
    Internal(InternalError),
}

impl From<AuthorizationProblem> for Stop {
    fn from(problem: AuthorizationProblem) -> Self {
        Self::Problem(problem)
    }
}

impl<E: Into<InternalError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

/// An authorization whose code is being exchanged.
pub(super) struct Attempt<'a> {
    pub scope: &'a TenantScope,
    pub facts: &'a Facts,
    pub app: &'a App,
    pub client: &'a ClientCredentials,
    pub requested: ScopeSet,
    pub state: &'a SecretString,
    pub address: Option<IpAddr>,
    /// When the client's credentials were read.
    pub used_at: Timestamp,
}

impl Attempt<'_> {
    /// All checks before Gorgias is asked. Gives the code.
    pub async fn check(
        &self,
        answer: Result<SecretString, String>,
        iss: Option<&str>,
    ) -> Result<SecretString, Stop> {
        let issuer = self.scope.config.gorgias.issuer(&self.facts.subdomain);
        if iss.is_some_and(|iss| iss != issuer) {
            return Err(self.wrong_account());
        }
        let code = answer.map_err(|error| AuthorizationProblem::Refused {
            code: known_error(&error),
        })?;
        self.link_is_usable().await?;
        Ok(code)
    }

    /// Exchanges the code. The outcome is stored with the tokens, under `id`.
    pub async fn run(&self, code: &SecretString, id: AuthorizationId) -> Result<(), Stop> {
        let issuer = self.scope.config.gorgias.issuer(&self.facts.subdomain);
        let grant = self.exchange(code).await?;
        let identity = self.identity(&issuer, &grant)?;
        evidence::issuer_agrees(self.scope, &self.facts.subdomain, &grant)
            .map_err(|_| self.wrong_account())?;
        let (account, requested) = (&self.facts.subdomain, &self.requested);
        evidence::account_agrees(self.scope, account, &grant, requested)
            .await
            .map_err(|_| self.wrong_account())?;
        self.store(grant, identity, id).await
    }

    fn wrong_account(&self) -> Stop {
        Stop::Problem(AuthorizationProblem::WrongAccount {
            expected: self.facts.subdomain.clone(),
        })
    }

    async fn link_is_usable(&self) -> Result<(), Stop> {
        let Some(link) = self.facts.origin.link() else {
            return Ok(());
        };
        let tx = self.scope.read().await?;
        let usable = tx
            .all::<reconnect_link::Entity>()
            .filter(reconnect_link::Column::Id.eq(link))
            .filter(reconnect_link::Column::ApprovedAt.is_null())
            .filter(reconnect_link::Column::RevokedAt.is_null())
            .any(&*tx)
            .await?;
        if usable {
            Ok(())
        } else {
            Err(AuthorizationProblem::LinkGone.into())
        }
    }

    async fn exchange(&self, code: &SecretString) -> Result<Grant, Stop> {
        let (app, account) = (self.app, &self.facts.subdomain);
        let verifier = app
            .pkce
            .then(|| derived(&self.facts.seed, "pkce", self.state));
        let redirect_uri = self.scope.config.redirect_uri(app.id);
        let answer = self
            .scope
            .gorgias
            .exchange_code(self.client, account, code, &redirect_uri, verifier.as_ref())
            .await;
        match answer {
            Ok(grant) => Ok(grant),
            Err(UpstreamError::InvalidClient) => {
                exchange::refused(self.scope, app.id, account, self.used_at).await?;
                Err(AuthorizationProblem::AppRefused.into())
            }
            Err(UpstreamError::InvalidGrant) => Err(AuthorizationProblem::CodeRefused.into()),
            Err(error) => {
                tracing::warn!(upstream.error = error.code(), %account, "A code could not be exchanged");
                Err(AuthorizationProblem::Unavailable.into())
            }
        }
    }

    fn identity(&self, issuer: &str, grant: &Grant) -> Result<Option<Identity>, Stop> {
        let Some(raw) = &grant.id_token else {
            return Ok(None);
        };
        let expected = Expected {
            issuer,
            client_id: &self.client.client_id,
            nonce: &derived(&self.facts.seed, "nonce", self.state),
            now: self.scope.now(),
        };
        match id_token::verify(raw, &expected) {
            Ok(identity) => Ok(Some(identity)),
            Err(id_token::IdTokenError::WrongIssuer) => Err(self.wrong_account()),
            Err(error) => {
                tracing::warn!(error = %error, account = %self.facts.subdomain, "An id_token was refused");
                Err(AuthorizationProblem::BadAnswer.into())
            }
        }
    }

    /// Replaces all earlier tokens, in one transaction that also stores the
    /// outcome, so that the result page never says less than what was stored.
    async fn store(
        &self,
        grant: Grant,
        identity: Option<Identity>,
        id: AuthorizationId,
    ) -> Result<(), Stop> {
        let (services, app) = (self.scope.services(), self.app);
        let now = services.now();
        let tx = self.scope.write().await?;
        let record = self.locked_record(&tx, app.id).await?;
        let first = record.last_success_at.is_none();
        let approval = Approval {
            renewable: grant.refresh_token.is_some(),
            expires_at: token::expires_at(now, grant.jwt_exp, grant.expires_in),
            said: grant.scope.clone(),
            asked_for: self.requested.clone(),
            name: identity.as_ref().and_then(|i| i.name.clone()),
            email: identity.and_then(|i| i.email),
        };
        let attempt = attempted(services, now);
        let changed = record.change(|c| c.granted(approval, &app.requested, attempt));
        let record = &changed.record;
        let by = record.approved_by_name.clone();
        let by = by.or_else(|| record.approved_by_email.clone());
        let who = Actor::Customer { name: by.clone() };
        changed.store(services, &tx, &who).await?;
        tokens::store(services, &tx, record.id, &grant).await?;
        let name = record.approved_by_name.clone();
        self.end_links(&tx, record.id, name).await?;
        let by_customer = By::Customer {
            name: record.approved_by_name.clone(),
            email: record.approved_by_email.clone(),
        };
        let target = Target::account(Some(record.id), &app.slug, &self.facts.subdomain);
        let entry = Entry::new(by_customer, Action::Authorized, target)
            .at(self.address)
            .detail(self.began());
        let granted = record.granted.clone();
        let outcome = Outcome::Approved { by, granted, first };
        single_use::write_outcome(&tx, id, &outcome).await?;
        audit::record(services, &tx, &entry).await?;
        tx.commit().await?;
        // The tokens are stored; the app's next success clears the fault.
        if let Err(error) = app_fault::clear(self.scope, app, &[record.id]).await {
            tracing::error!(%error, app.id = %app.id, "That an app's credentials work could not be noted");
        }
        Ok(())
    }

    /// Marks the link of this authorization as used. If it was withdrawn or
    /// used during the exchange, nothing is stored. All other open links of the
    /// connection end as well, whatever the authorization's origin.
    async fn end_links(
        &self,
        tx: &Tx,
        connection: ConnectionId,
        by: Option<String>,
    ) -> Result<(), Stop> {
        let now = self.scope.now();
        let open = || {
            tx.update::<reconnect_link::Entity>()
                .filter(reconnect_link::Column::ApprovedAt.is_null())
                .filter(reconnect_link::Column::RevokedAt.is_null())
                .col_expr(reconnect_link::Column::ApprovedAt, Expr::value(now))
        };
        if let Some(link) = self.facts.origin.link() {
            let used = open()
                .filter(reconnect_link::Column::Id.eq(link))
                .col_expr(
                    reconnect_link::Column::UsedAt,
                    Expr::value(self.scope.expiry_now()),
                )
                .col_expr(reconnect_link::Column::UsedBy, Expr::value(by))
                .exec(&**tx)
                .await?;
            if used.rows_affected == 0 {
                return Err(AuthorizationProblem::LinkGone.into());
            }
        }
        open()
            .filter(reconnect_link::Column::ConnectionId.eq(connection))
            .filter(reconnect_link::Column::ExpiresAt.gt(self.scope.expiry_now()))
            .exec(&**tx)
            .await?;
        campaign_accounts::approved(tx, connection).await?;
        Ok(())
    }

    async fn locked_record(&self, tx: &Tx, app: AppId) -> Result<Record, InternalError> {
        let find = || {
            tx.all::<connection::Entity>()
                .filter(connection::Column::AppId.eq(app))
                .filter(connection::Column::Subdomain.eq(self.facts.subdomain.as_str()))
                // Doesn't block the foreign keys' own locks: links and events
                // name the connection.
                .lock(LockType::NoKeyUpdate)
                .row::<Record>(&**tx)
        };
        if find().await?.is_none() {
            Record::offered(self.scope, app, self.facts.subdomain.clone())
                .insert(tx)
                .await?;
        }
        find().await?.ok_or_else(|| {
            InternalError::inconsistent("connections", "subdomain", &self.facts.subdomain)
        })
    }

    /// How it was begun, and by whom, for the audit.
    fn began(&self) -> String {
        let origin = self.facts.origin;
        match origin.person() {
            Some(person) => format!("{} {person}", origin.code()),
            None => origin.code().to_owned(),
        }
    }

    /// Records the problem in timeline and audit, if there is a connection. An
    /// account that was never connected is only a name that somebody typed.
    pub async fn note_failure(&self, problem: &AuthorizationProblem) -> Result<(), InternalError> {
        let tx = self.scope.write().await?;
        let app = self.app;
        let record = find::find(&tx, app.id, &self.facts.subdomain).await?;
        if let Some(record) = record {
            let happening = Happening::NotApproved {
                reason: problem.title(),
            };
            outbox::add(
                self.scope,
                &tx,
                record.id,
                &Actor::Customer { name: None },
                &happening,
            )?;
            let declined = matches!(problem, AuthorizationProblem::Refused { code } if code == "access_denied");
            if declined && self.facts.origin.link().is_some() {
                campaign_accounts::declined(&tx, record.id).await?;
            }
            tx.tell(record.news(&tx));
            let target = Target::account(Some(record.id), &app.slug, &self.facts.subdomain);
            let nobody = By::Customer {
                name: None,
                email: None,
            };
            let entry = Entry::new(nobody, Action::Authorized, target)
                .at(self.address)
                .detail(format!("{}, {}", problem.code(), self.began()))
                .refused();
            audit::record(self.scope, &tx, &entry).await?;
        }
        tx.commit().await
    }
}

/// The error codes of RFC 6749 4.1.2.1; any other text may come from anybody.
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
