//! Reads the audit.

use super::{Action, Outcome, condition::Conditions};
use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::{
        audit_entry::{Column, Model},
        invitation, person,
    },
    tenancy::{Actor, Tx},
};
use domain::{permission::Permission, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// How many entries are on a page.
pub const PAGE: u64 = 50;
/// The most folded entries that are counted.
const COUNTED: u64 = 10_000;

/// Whose entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByWhom {
    /// Those of a person.
    Person(Uuid),
    /// Those of an API token.
    ApiToken(Uuid),
    /// Those of all customers.
    Customers,
    /// Those of the command line.
    CommandLine,
    /// Those of Mooring itself.
    Mooring,
    /// Those of somebody who isn't known.
    Somebody,
}

impl ByWhom {
    /// The code of the actor's kind, and the id.
    pub(super) const fn parts(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Person(id) => ("person", Some(id)),
            Self::ApiToken(id) => ("api_token", Some(id)),
            Self::Customers => ("customer", None),
            Self::CommandLine => ("command_line", None),
            Self::Mooring => ("mooring", None),
            Self::Somebody => ("somebody", None),
        }
    }

    /// The same as a text: `person:…`, `api_token:…`, `customer`.
    pub fn code(self) -> String {
        match self.parts() {
            (kind, Some(id)) => format!("{kind}:{id}"),
            (kind, None) => kind.to_owned(),
        }
    }

    /// The actor that a text names.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.split_once(':') {
            Some(("person", id)) => id.parse().ok().map(Self::Person),
            Some(("api_token", id)) => id.parse().ok().map(Self::ApiToken),
            Some(_) => None,
            None => [
                Self::Customers,
                Self::CommandLine,
                Self::Mooring,
                Self::Somebody,
            ]
            .into_iter()
            .find(|one| one.parts().0 == code),
        }
    }
}

/// The conditions for the entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose entries.
    pub by: Option<ByWhom>,
    /// The action.
    pub action: Option<Action>,
    /// The target's name: an app's slug, `app/account`, an account, a token's name.
    pub target: String,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Leaves out what is folded: sign-ins and reads that were done. An action that
    /// is asked for is never folded.
    pub fold: bool,
}

/// An entry as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number in the tenant, from 1 on without gaps.
    pub number: i64,
    /// When it was written.
    pub at: Timestamp,
    /// `person`, `api_token`, `customer`, `command_line`, `mooring` or `somebody`.
    pub actor_kind: String,
    /// The actor's id, if they have one.
    pub actor_id: Option<Uuid>,
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
    /// The target's id, if it has one.
    pub target_id: Option<Uuid>,
    /// The target's name: an app's slug, `app/account`, a token's name.
    pub target: String,
    /// The name of a person, or the address that was invited. It isn't part of the
    /// entry, but what they are called today.
    pub target_name: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Fields and reasons.
    pub detail: String,
    /// How many more times it happened since the previous entry of its kind.
    pub repeats: i64,
}

/// What was left out of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Folded {
    /// Sign-ins and sign-outs.
    pub sign_ins: u64,
    /// Reads of access tokens.
    pub reads: u64,
    /// Whether there are more than were counted.
    pub more: bool,
}

/// A page of entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// The `after` of the next page, if there is one.
    pub next: Option<i64>,
    /// What was left out between the first entry and the last.
    pub folded: Folded,
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
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            actor_email: row.actor_email,
            address: row.address,
            target_kind: row.target_kind,
            target_id: row.target_id,
            target: row.target,
            target_name: None,
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
    let conditions = Conditions::of(&tx, filter).await?;
    let mut rows = some(&tx, &conditions, after, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|row| row.number);
    let folded = if conditions.folds() {
        // The last page counts to the end, and the first from the beginning.
        folded(&tx, &conditions, after, next).await?
    } else {
        Folded::default()
    };
    Ok(AuditPage { rows, next, folded })
}

/// Entries that fulfil the conditions, newest first, with the names of people.
pub(super) async fn some(
    tx: &Tx,
    conditions: &Conditions,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<AuditRow>, InternalError> {
    let mut rows: Vec<AuditRow> = conditions
        .query(tx, after)
        .await?
        .first(&**tx, limit, "the list of the audit")
        .await?;
    name_people(tx, &mut rows).await?;
    Ok(rows)
}

/// Adds the names of people and the addresses of invitations.
pub(super) async fn name_people(tx: &Tx, rows: &mut [AuditRow]) -> Result<(), InternalError> {
    let ids = |kind: &str| {
        let of_kind = rows.iter().filter(|row| row.target_kind == kind);
        let mut ids: Vec<Uuid> = of_kind.filter_map(|row| row.target_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let (people, invitations) = (ids("person"), ids("invitation"));
    let mut names: HashMap<Uuid, String> = HashMap::new();
    if !people.is_empty() {
        // Of all tenants, but each of these is in an entry of this one.
        let found: Vec<(Uuid, String)> = person::Entity::find()
            .filter(person::Column::Id.is_in(people))
            .select_only()
            .columns([person::Column::Id, person::Column::Name])
            .into_tuple()
            .all(&**tx)
            .await?;
        names.extend(found);
    }
    if !invitations.is_empty() {
        let found: Vec<(Uuid, String)> = tx
            .all::<invitation::Entity>()
            .filter(invitation::Column::Id.is_in(invitations))
            .select_only()
            .columns([invitation::Column::Id, invitation::Column::Email])
            .into_tuple()
            .all(&**tx)
            .await?;
        names.extend(found);
    }
    for row in rows {
        row.target_name = row.target_id.and_then(|id| names.get(&id).cloned());
    }
    Ok(())
}

/// How many entries were left out between two of them.
async fn folded(
    tx: &Tx,
    conditions: &Conditions,
    after: Option<i64>,
    next: Option<i64>,
) -> Result<Folded, InternalError> {
    let kinds: Vec<String> = conditions
        .folded(tx, after, next)
        .select_only()
        .column(Column::Action)
        .limit(COUNTED + 1)
        .into_tuple()
        .all(&**tx)
        .await?;
    let more = kinds.len() as u64 > COUNTED;
    // One more was looked for, and isn't counted, of whichever kind it is.
    let counted = kinds.iter().take(COUNTED as usize);
    let all = counted.len();
    let reads = counted
        .filter(|kind| *kind == Action::TokenRead.code())
        .count();
    let sign_ins = all - reads;
    Ok(Folded {
        sign_ins: sign_ins as u64,
        reads: reads as u64,
        more,
    })
}
