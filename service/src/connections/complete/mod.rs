//! Ending an authorization (RFC 6749 4.1.2–4.1.4): the state is consumed, the
//! code becomes tokens, the connection is stored.

mod attempt;

use super::result::Outcome;
use crate::{
    digest::digest,
    entity::authorization::{Column, Entity, Model},
    error::Fault,
    lookup::{self, Key},
    services::Services,
    tenant_scope::TenantScope,
};
use attempt::{Attempt, Stop};
use domain::{
    error::AuthorizationProblem,
    ids::{AppId, AuthorizationId, PersonId},
};
use sea_orm::{ColumnTrait, Condition, ExprTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;
use std::net::IpAddr;

/// What the browser brought to the redirect URI; each parameter exactly once.
#[derive(Debug)]
pub struct Callback {
    /// `state`.
    pub state: SecretString,
    /// `code`, or the `error` that came in its place (RFC 6749 4.1.2.1).
    pub answer: Result<SecretString, String>,
    /// `iss` (RFC 9207 2).
    pub iss: Option<String>,
    /// Where the browser is, for the audit.
    pub address: Option<IpAddr>,
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
    let unknown = CallbackError::Refused(AuthorizationProblem::StateUnknown);
    let scope = lookup::scope_of(services, Key::State(&callback.state))
        .await?
        .ok_or(unknown)?;
    let row = consume(&scope, app, &callback.state, browser, signed_in).await?;
    let id = AuthorizationId(row.id);
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
        address: callback.address,
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
    scope: &TenantScope,
    app: AppId,
    state: &SecretString,
    browser: &SecretString,
    signed_in: Option<PersonId>,
) -> Result<Model, CallbackError> {
    let now = scope.now();
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
    let tx = scope.write().await?;
    let consumed = tx
        .update::<Entity>()
        .filter(this.clone())
        .filter(right_person)
        .col_expr(Column::ConsumedAt, Expr::value(now.0))
        .exec_with_returning(&*tx)
        .await?;
    if let Some(row) = consumed.into_iter().next() {
        tx.commit().await?;
        return Ok(row);
    }
    let somebody_elses = tx.all::<Entity>().filter(this).one(&*tx).await?.is_some();
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
