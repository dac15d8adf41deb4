//! The people of a tenant: who they are, what they may do, and changing that.
//! A change holds for the next request, in every process.

mod change;
mod list;
mod remove;

pub use change::change;
pub(crate) use change::change_by;
pub(crate) use list::list_in;
pub use list::{Member, list, one};
pub use remove::remove;
pub(crate) use remove::remove_by;

use crate::{
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    entity::{app, membership, person, tenant},
    people::changed_by::ChangedBy,
    tenancy::Tx,
};
use domain::{app_limit::AppLimit, ids::PersonId, role::Role};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::LockType,
};

/// A member was not changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such member.
    #[error("there is no such member")]
    NotFound,
    /// Only somebody who signed in or confirmed a few minutes ago makes an owner.
    #[error("confirm that it is still you; then make them an owner")]
    NotConfirmed,
    /// Nobody would be left who may do everything.
    #[error("a tenant needs an owner; make somebody else an owner first")]
    LastOwner,
    /// Nobody would be left who may do everything and needs no provider.
    #[error(
        "a tenant needs an owner who can sign in without single sign-on; make somebody else one first"
    )]
    LastOwnerOfOwnWay,
    /// Some fields won't do; each entry names its field: `role` or `apps`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for MemberError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Changes of members wait for each other, so that two of them together can't
/// leave a tenant without an owner. Locked before the heads of events and audit,
/// as everywhere.
pub(crate) async fn lock(tx: &Tx) -> Result<(), InternalError> {
    tenant::Entity::find_by_id(tx.tenant())
        .lock(LockType::NoKeyUpdate)
        .row::<tenant::Model>(&**tx)
        .await?;
    Ok(())
}

/// Goes on only if a member who makes a change still has the role that was looked up
/// before the lock.
async fn must_still_be(by: ChangedBy<'_>, tx: &Tx) -> Result<(), MemberError> {
    let ChangedBy::Member(actor) = by else {
        return Ok(());
    };
    let Some(person) = actor.person() else {
        return Ok(());
    };
    match find(tx, person).await {
        Ok(own) if (own.role, &own.apps) == (actor.role, &actor.apps) => Ok(()),
        Ok(_) | Err(MemberError::NotFound) => Err(Forbidden.into()),
        Err(error) => Err(error),
    }
}

async fn find(tx: &Tx, person: PersonId) -> Result<membership::Model, MemberError> {
    tx.all::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(person))
        .row(&**tx)
        .await?
        .ok_or(MemberError::NotFound)
}

/// Goes on only if another owner remains. If this one has a way in of their own,
/// another one must have one, too: a fault at the provider of single sign-on
/// would lock everybody out.
pub(crate) async fn must_not_be_last_owner(tx: &Tx, person: PersonId) -> Result<(), MemberError> {
    let owners = owners(tx).await?;
    let own_way = owners.contains(&(person, true));
    let mut others = owners
        .into_iter()
        .filter(|(id, _)| *id != person)
        .peekable();
    if others.peek().is_none() {
        Err(MemberError::LastOwner)
    } else if own_way && !others.any(|(_, own_way)| own_way) {
        Err(MemberError::LastOwnerOfOwnWay)
    } else {
        Ok(())
    }
}

/// Whether an owner can come in without single sign-on.
pub(crate) async fn has_owner_of_own_way(tx: &Tx) -> Result<bool, InternalError> {
    Ok(owners(tx).await?.into_iter().any(|(_, own_way)| own_way))
}

/// The owners, and whether each has a way in of their own.
async fn owners(tx: &Tx) -> Result<Vec<(PersonId, bool)>, InternalError> {
    let owners = tx
        .all::<membership::Entity>()
        .filter(membership::Column::Role.eq(Role::Owner));
    let owners: Vec<membership::Model> = owners.rows(&**tx).await?;
    // People belong to no tenant; these are the owners of this one.
    let people: Vec<person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(owners.into_iter().map(|owner| owner.person_id)))
        .rows(&**tx)
        .await?;
    let own_way = |person: person::Model| (person.id, person.sso_tenant_id.is_none());
    Ok(people.into_iter().map(own_way).collect())
}

/// What is wrong with a role and apps that somebody is to be given.
pub(super) async fn check_grant(
    by: ChangedBy<'_>,
    tx: &Tx,
    role: Role,
    apps: &AppLimit,
) -> Result<Vec<FieldError>, InternalError> {
    let mut errors = Vec::new();
    if !by.may_manage(role) {
        errors.push(FieldError::new(
            "role",
            "Nobody gives more than they have; ask an owner for this role.",
        ));
    }
    let Some(ids) = apps.ids() else {
        return Ok(errors);
    };
    let ids: Vec<_> = ids.collect();
    let message = if role == Role::Owner {
        Some("An owner has every app. Choose every app, or another role.")
    } else if ids.is_empty() {
        Some("Choose at least one app.")
    } else {
        let wanted = ids.len() as u64;
        let apps = tx.by_keys::<app::Entity>(app::Column::Id, ids);
        (apps.count(&**tx).await? < wanted).then_some("One of these apps was removed.")
    };
    errors.extend(message.map(|message| FieldError::new("apps", message)));
    Ok(errors)
}

/// How the audit names a grant: no name of anybody.
pub(crate) fn in_audit(role: Role, apps: &AppLimit) -> String {
    format!("role={} apps={apps}", role.code())
}

/// Whether the transaction's tenant has this person as a member.
pub(super) async fn is_member(tx: &Tx, person: PersonId) -> Result<bool, InternalError> {
    let members = tx
        .all::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(person));
    Ok(members.count(&**tx).await? > 0)
}
