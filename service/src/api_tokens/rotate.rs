//! Gives a token another secret. Everything else stays, and the old secret works for
//! a while, so that a backend can change over without a pause.

use super::{OldSecret, create::new_secret, token_hash};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        error::{Forbidden, InternalError},
        expiry,
        rows::Rows,
        services::Services,
    },
    entity::api_token::{Column, Entity, Model},
    tenancy::{Actor, Confirmed, TenantScope, Tx, lookup::scope_of_slug},
};
use domain::{
    ids::ApiTokenId,
    permission::Permission,
    slug::Slug,
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use secrecy::SecretString;
use std::{fmt, net::IpAddr, str::FromStr};

/// How long the old secret works after a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It ends at once.
    None,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// Seven days.
    Week,
}

/// The text names no overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the old secret works for 0, 1h, 24h or 7d; choose one of these")]
pub struct NotAnOverlap;

impl Overlap {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Hour, Self::Day, Self::Week];

    /// The code in forms and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    const fn span(self) -> Option<Span> {
        match self {
            Self::None => None,
            Self::Hour => Some(Span::hours(1)),
            Self::Day => Some(Span::hours(24)),
            Self::Week => Some(Span::days(7)),
        }
    }
}

impl FromStr for Overlap {
    type Err = NotAnOverlap;

    fn from_str(text: &str) -> Result<Self, NotAnOverlap> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.code() == text).ok_or(NotAnOverlap)
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A token with its new secret.
#[derive(Debug)]
pub struct Rotated {
    /// The token's name.
    pub name: String,
    /// The new secret, shown only this once.
    pub secret: SecretString,
    /// Until when the old one works; `None` if it has ended.
    pub old_works_until: Option<Timestamp>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RotateApiTokenError {
    /// The role doesn't allow it, or not for a token of that role.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The tenant has no such token.
    #[error("there is no such API token; `mooring tokens list` names them")]
    NotFound,
    /// It is revoked, or its time is over.
    #[error("the API token is revoked or its time is over; make another one")]
    Over,
    /// The last rotation's old secret still works: a second rotation would end it
    /// before its time.
    #[error(
        "the secret before still works until {}; wait until then, or choose that all old ones end at once",
        .0.absolute()
    )]
    OldSecretWorks(Timestamp),
    /// There is no such tenant.
    #[error("there is no tenant “{0}”; correct --tenant")]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Gives a token another secret. Whoever may make such a token may do it.
///
/// # Errors
/// See [`RotateApiTokenError`].
pub async fn rotate(
    actor: &Actor,
    confirmed: &Confirmed,
    id: ApiTokenId,
    overlap: Overlap,
) -> Result<Rotated, RotateApiTokenError> {
    actor.require(Permission::ManageApiTokens)?;
    actor.require_confirmed(confirmed)?;
    let tx = actor.write().await?;
    let row = theirs(actor, &tx, id).await?;
    let by = (By::from(&actor.who), actor.address);
    change(actor.scope(), tx, row, overlap, by).await
}

/// The same on the command line. There is no permission check: whoever can run the
/// command has the database and the keys anyway.
///
/// # Errors
/// See [`RotateApiTokenError`].
pub async fn rotate_on_command_line(
    services: &Services,
    slug: &Slug,
    id: ApiTokenId,
    overlap: Overlap,
) -> Result<Rotated, RotateApiTokenError> {
    // A command is a process of its own, whose clock nobody looked at yet.
    expiry::look(services).await?;
    let scope = scope_of_slug(services, slug)
        .await?
        .ok_or_else(|| RotateApiTokenError::NoTenant(slug.clone()))?;
    let tx = scope.write().await?;
    let row = find(&tx, id).await?;
    change(&scope, tx, row, overlap, (By::CommandLine, None)).await
}

/// Ends the old secret of a token before its time. If there is none that works,
/// nothing changes.
///
/// # Errors
/// See [`RotateApiTokenError`].
pub async fn end_old_secret(actor: &Actor, id: ApiTokenId) -> Result<(), RotateApiTokenError> {
    actor.require(Permission::ManageApiTokens)?;
    let (tx, now) = (actor.write().await?, actor.expiry_now());
    let row = theirs(actor, &tx, id).await?;
    if OldSecret::of(&row, now).is_none() {
        return Ok(());
    }
    tx.update::<Entity>()
        // Without a time: another process's clock may be behind.
        .col_expr(
            Column::OldWorksUntil,
            Expr::value(Option::<Timestamp>::None),
        )
        .filter(Column::Id.eq(id))
        .exec(&*tx)
        .await
        .map_err(InternalError::from)?;
    let target = Target::api_token(id, &row.name);
    let entry = Entry::of(actor, Action::ApiTokenOldSecretEnded, target);
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(api_token.id = %id, "the old secret of an API token was ended");
    Ok(())
}

/// The token, if the actor could make one like it.
async fn theirs(actor: &Actor, tx: &Tx, id: ApiTokenId) -> Result<Model, RotateApiTokenError> {
    let row = find(tx, id).await?;
    // A token that is limited to an app sees only the tokens of that app.
    if !actor.apps.covers(&row.app_id.into()) {
        return Err(RotateApiTokenError::NotFound);
    }
    if !actor.role.may_give_to_api_token(row.role) {
        return Err(Forbidden.into());
    }
    Ok(row)
}

/// The token, locked until the transaction ends.
async fn find(tx: &Tx, id: ApiTokenId) -> Result<Model, RotateApiTokenError> {
    tx.all::<Entity>()
        .filter(Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate)
        .row(&**tx)
        .await?
        .ok_or(RotateApiTokenError::NotFound)
}

async fn change(
    scope: &TenantScope,
    tx: Tx,
    row: Model,
    overlap: Overlap,
    (by, address): (By, Option<IpAddr>),
) -> Result<Rotated, RotateApiTokenError> {
    let now = scope.expiry_now();
    if row.revoked_at.is_some() || row.expires_at.is_some_and(|at| at <= now) {
        return Err(RotateApiTokenError::Over);
    }
    if overlap != Overlap::None
        && let Some(old) = OldSecret::of(&row, now)
    {
        return Err(RotateApiTokenError::OldSecretWorks(old.works_until));
    }
    let (secret, prefix) = new_secret(scope);
    let old_works_until = overlap.span().map(|span| now.plus(span));
    tx.update::<Entity>()
        .col_expr(Column::TokenHash, Expr::value(token_hash(&secret)))
        .col_expr(Column::Prefix, Expr::value(prefix))
        .col_expr(Column::RotatedAt, Expr::value(scope.now()))
        .col_expr(Column::OldTokenHash, Expr::value(row.token_hash))
        .col_expr(Column::OldPrefix, Expr::value(row.prefix))
        .col_expr(Column::OldWorksUntil, Expr::value(old_works_until))
        .filter(Column::Id.eq(row.id))
        .exec(&*tx)
        .await
        .map_err(InternalError::from)?;
    let detail = old_works_until.map(|at| format!("old_works_until={}", at.rfc3339()));
    let target = Target::api_token(row.id, &row.name);
    let entry = Entry::new(by, Action::ApiTokenRotated, target)
        .at(address)
        .detail(detail.unwrap_or_default());
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(api_token.id = %row.id, "an API token got another secret");
    Ok(Rotated {
        name: row.name,
        secret,
        old_works_until,
    })
}
