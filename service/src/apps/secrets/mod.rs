//! An app's client secrets: the one in use, the next one, which is tested and
//! then switched to, and for a day after a switch the previous one.

pub mod add;
pub mod discard;
pub mod reveal;
pub mod roll_back;
pub mod switch;
pub mod test;

use crate::{
    audit::{self, Action, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    encryption::Purpose,
    entity::{app, connection, credential},
    records::app_credentials,
    tenancy::{Actor, Tx, Who},
};
use domain::{
    ids::AppId,
    permission::Permission,
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, sea_query::Expr, sea_query::LockType};
use secrecy::SecretString;

/// How long the previous client secret can be put back.
pub const PREVIOUS_KEPT: Span = Span::days(1);

/// The result of a test of the next client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestResult {
    /// Gorgias gave a token for it.
    Accepted,
    /// Gorgias refused it.
    Refused,
    /// Gorgias' answer says nothing about it, or there was none.
    Unclear,
    /// The app has no connection to test it with.
    Untestable,
}

impl TestResult {
    const ALL: [Self; 4] = [
        Self::Accepted,
        Self::Refused,
        Self::Unclear,
        Self::Untestable,
    ];

    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
            Self::Untestable => "untestable",
        }
    }
}

/// A client secret that isn't in use yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextSecret {
    /// When it was added.
    pub added_at: Timestamp,
    /// By whom it was added.
    pub added_by: String,
    /// The result of its last test, and when.
    pub tested: Option<(TestResult, Timestamp)>,
}

impl NextSecret {
    /// Whether it can be switched to: it was accepted, or nothing can test it.
    pub fn ready(&self) -> bool {
        matches!(
            self.tested,
            Some((TestResult::Accepted | TestResult::Untestable, _))
        )
    }
}

/// Facts about an app's client secrets, without the secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slots {
    /// Since when the current one is in use.
    pub in_use_since: Option<Timestamp>,
    /// The next one, which is tested and then switched to.
    pub next: Option<NextSecret>,
    /// Until when the previous one can be put back.
    pub previous_until: Option<Timestamp>,
}

/// Why the call changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such app.
    #[error("there is no such app")]
    NotFound,
    /// The input can't be stored.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// There is no next secret.
    #[error("there is no new client secret; enter one first")]
    NoNext,
    /// The next secret was not accepted.
    #[error("Gorgias has not accepted the new client secret yet; test it first")]
    NotReady,
    /// There is no previous secret.
    #[error(
        "the client secret before is gone: it is kept for 24 hours after a switch; enter it again"
    )]
    NoPrevious,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for SecretError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Facts about an app's client secrets.
///
/// # Errors
/// [`SecretError::Forbidden`], [`SecretError::NotFound`].
pub async fn show(actor: &Actor, id: AppId) -> Result<Slots, SecretError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.read().await?;
    let row = row(actor, &tx, id, None).await?;
    let stored = tx
        .all::<credential::Entity>()
        .filter(credential::Column::OwnerId.eq(id))
        .filter(credential::Column::Purpose.eq(Purpose::AppClientSecret.code()))
        .select_only()
        .column(credential::Column::UpdatedAt)
        .into_tuple::<Timestamp>()
        .one(&*tx)
        .await?;
    Ok(Slots {
        in_use_since: stored,
        next: next(&row)?,
        previous_until: row
            .previous_secret_until
            .filter(|until| *until > actor.expiry_now()),
    })
}

fn next(row: &app::Model) -> Result<Option<NextSecret>, InternalError> {
    let Some(added_at) = row.next_secret_added_at else {
        return Ok(None);
    };
    let tested = match (&row.next_secret_result, row.next_secret_tested_at) {
        (Some(code), Some(at)) => {
            let found = TestResult::ALL.into_iter().find(|r| r.code() == code);
            let bad = || InternalError::inconsistent("apps", "next_secret_result", row.id);
            Some((found.ok_or_else(bad)?, at))
        }
        _ => None,
    };
    Ok(Some(NextSecret {
        added_at,
        added_by: row.next_secret_added_by.clone().unwrap_or_default(),
        tested,
    }))
}

/// The app's row, locked for a change.
async fn row(
    actor: &Actor,
    tx: &Tx,
    id: AppId,
    lock: Option<LockType>,
) -> Result<app::Model, SecretError> {
    let mut query = tx.all::<app::Entity>().filter(app::Column::Id.eq(id));
    if let Some(lock) = lock {
        query = query.lock(lock);
    }
    query
        .row(&**tx)
        .await?
        .filter(|row: &app::Model| actor.apps.includes(row.id))
        .ok_or(SecretError::NotFound)
}

async fn open(
    actor: &Actor,
    tx: &Tx,
    purpose: Purpose,
    id: AppId,
) -> Result<Option<SecretString>, InternalError> {
    actor.vault().open(tx, purpose, id.0).await
}

async fn seal(
    actor: &Actor,
    tx: &Tx,
    purpose: Purpose,
    id: AppId,
    secret: &SecretString,
) -> Result<(), InternalError> {
    actor
        .vault()
        .seal(actor.services(), tx, purpose, id.0, secret)
        .await
}

/// Records a change of an app's secrets; call it last in the transaction.
async fn record(
    actor: &Actor,
    tx: &Tx,
    row: &app::Model,
    action: Action,
    detail: &str,
) -> Result<(), InternalError> {
    let entry = Entry::of(actor, action, Target::app(row.id, &row.slug)).detail(detail);
    audit::record(actor.services(), tx, &entry).await
}

/// Keeps the secret in use as the previous one, before it is replaced. An
/// unreadable one is not kept.
pub(super) async fn keep_previous(actor: &Actor, tx: &Tx, id: AppId) -> Result<(), InternalError> {
    let current = match open(actor, tx, Purpose::AppClientSecret, id).await {
        Err(InternalError::Vault(error)) if error.is_lost() => {
            tracing::warn!(error = %error, app.id = %id, "The client secret before can't be read and is not kept");
            None
        }
        other => other?,
    };
    let until = match current {
        Some(current) => {
            seal(actor, tx, Purpose::AppPreviousClientSecret, id, &current).await?;
            Some(actor.expiry_now().plus(PREVIOUS_KEPT).0)
        }
        None => None,
    };
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .col_expr(app::Column::PreviousSecretUntil, Expr::value(until))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Fills or empties the columns of the next secret, and removes its test results.
async fn note_next(actor: &Actor, tx: &Tx, id: AppId, filled: bool) -> Result<(), InternalError> {
    let name = match &actor.who {
        Who::Person { name, .. } | Who::ApiToken { name, .. } => name.clone(),
    };
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .col_expr(
            app::Column::NextSecretAddedAt,
            Expr::value(filled.then_some(actor.now())),
        )
        .col_expr(
            app::Column::NextSecretAddedBy,
            Expr::value(filled.then_some(name)),
        )
        .col_expr(
            app::Column::NextSecretTestedAt,
            Expr::value(Option::<i64>::None),
        )
        .col_expr(
            app::Column::NextSecretResult,
            Expr::value(Option::<String>::None),
        )
        .exec(&**tx)
        .await?;
    Ok(())
}

/// An earlier fault of the credentials or a refused exchange says nothing about
/// the new ones: both are removed, and the connections are checked at once.
async fn take_back_fault(actor: &Actor, id: AppId) -> Result<(), InternalError> {
    let (now, mut faulty) = (actor.now(), false);
    app_credentials::change(actor, id, |known| {
        faulty = known.fault.is_some();
        Some(known.replaced(now))
    })
    .await?;
    if !faulty {
        return Ok(());
    }
    // In a transaction of its own: storing a grant locks first the connection,
    // then the app.
    let tx = actor.write().await?;
    tx.update::<connection::Entity>()
        .filter(connection::Column::AppId.eq(id))
        .filter(connection::Column::DueAt.is_not_null())
        .col_expr(connection::Column::DueAt, Expr::value(now))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
