//! Reads the audit.

use super::{Action, Outcome};
use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::audit_entry::{Column, Entity, Model},
    tenancy::Actor,
};
use domain::{permission::Permission, time::Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, Func, LikeExpr},
};

/// How many entries are on a page.
const LIMIT: u64 = 50;

/// The conditions for the entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A part of the actor's name or e-mail address.
    pub actor: String,
    /// The action.
    pub action: Option<Action>,
    /// A part of the target's name.
    pub target: String,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// An entry as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number in the tenant, from 1 on without gaps.
    pub number: i64,
    /// When it was written.
    pub at: Timestamp,
    /// `person`, `api_token`, `customer`, `command_line` or `mooring`.
    pub actor_kind: String,
    /// The actor's name; `None` if there is none or it was erased.
    pub actor_name: Option<String>,
    /// The actor's e-mail address.
    pub actor_email: Option<String>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// Whether the personal fields were erased.
    pub erased: bool,
    /// The action.
    pub action: Action,
    /// `app`, `account`, `api_token`, `person`, `data_key` or `tenant`.
    pub target_kind: String,
    /// The target's name: an app's slug, `app/account`, a token's name.
    pub target: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Fields and reasons.
    pub detail: String,
    /// How many more times it happened since the previous entry of its kind.
    pub repeats: i64,
}

/// A page of entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// The `after` of the next page, if there is one.
    pub next: Option<i64>,
}

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum ListAuditError {
    /// Only owners and operators see the audit.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl TryFrom<Model> for AuditRow {
    type Error = InternalError;

    fn try_from(row: Model) -> Result<Self, InternalError> {
        let bad = |column| InternalError::inconsistent("audit_entries", column, row.number);
        Ok(Self {
            number: row.number,
            at: row.at,
            erased: row.salt.is_none(),
            action: Action::from_code(&row.action).ok_or_else(|| bad("action"))?,
            outcome: Outcome::from_code(&row.outcome).ok_or_else(|| bad("outcome"))?,
            actor_kind: row.actor_kind,
            actor_name: row.actor_name,
            actor_email: row.actor_email,
            address: row.address,
            target_kind: row.target_kind,
            target: row.target,
            detail: row.detail,
            repeats: row.repeats,
        })
    }
}

/// Entries of the tenant, newest first; `after` continues after the last one
/// seen, where no new entry appears.
///
/// # Errors
/// See [`ListAuditError`].
pub async fn list(
    actor: &Actor,
    filter: &Filter,
    after: Option<i64>,
) -> Result<AuditPage, ListAuditError> {
    actor.require(Permission::ReadAudit)?;
    Ok(page(actor, filter, after).await?)
}

async fn page(
    actor: &Actor,
    filter: &Filter,
    after: Option<i64>,
) -> Result<AuditPage, InternalError> {
    let tx = actor.read().await?;
    let mut rows: Vec<AuditRow> = tx
        .all::<Entity>()
        .filter(condition(filter))
        .filter(Condition::all().add_option(after.map(|n| Column::Number.lt(n))))
        .order_by_desc(Column::Number)
        .first(&*tx, LIMIT + 1, "the list of the audit")
        .await?;
    let more = rows.len() as u64 > LIMIT;
    rows.truncate(LIMIT as usize);
    let next = rows.last().filter(|_| more).map(|row| row.number);
    Ok(AuditPage { rows, next })
}

fn condition(filter: &Filter) -> Condition {
    let part = |column: Column, text: &str| {
        let escaped = text
            .trim()
            .to_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        Expr::expr(Func::lower(Expr::col(column)))
            .like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
    };
    let actor = Some(filter.actor.as_str())
        .filter(|text| !text.trim().is_empty())
        .map(|text| part(Column::ActorName, text).or(part(Column::ActorEmail, text)));
    let target = Some(filter.target.as_str())
        .filter(|text| !text.trim().is_empty())
        .map(|text| part(Column::Target, text));
    Condition::all()
        .add_option(actor)
        .add_option(target)
        .add_option(filter.action.map(|a| Column::Action.eq(a.code())))
        .add_option(filter.from.map(|at| Column::At.gte(at)))
        .add_option(filter.to.map(|at| Column::At.lt(at)))
}
