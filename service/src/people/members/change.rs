//! Another role, or other apps, for a member.

use super::{
    MemberError, check_grant, find, in_audit, lock, must_not_be_last_owner, must_still_be,
};
use crate::{
    audit::{self, Action, Target},
    core::error::Forbidden,
    entity::membership,
    people::changed_by::ChangedBy,
    tenancy::{Actor, Confirmed},
};
use domain::{app_limit::AppLimit, ids::PersonId, permission::Permission, role::Role};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Gives a member a role and apps. `false` if they have both already. To make
/// somebody an owner takes a confirmation.
///
/// # Errors
/// [`MemberError`]; nothing is changed then.
pub async fn change(
    actor: &Actor,
    confirmed: Option<&Confirmed>,
    person: PersonId,
    role: Role,
    apps: &AppLimit,
) -> Result<bool, MemberError> {
    actor.require(Permission::ManageMembers)?;
    if role == Role::Owner && !actor.has_confirmed(confirmed) {
        return Err(MemberError::NotConfirmed);
    }
    change_by(ChangedBy::Member(actor), person, role, apps).await
}

pub(crate) async fn change_by(
    by: ChangedBy<'_>,
    person: PersonId,
    role: Role,
    apps: &AppLimit,
) -> Result<bool, MemberError> {
    by.require(Permission::ManageMembers)?;
    let tx = by.scope().write().await?;
    lock(&tx).await?;
    must_still_be(by, &tx).await?;
    let member = find(&tx, person).await?;
    if !by.may_manage(member.role) {
        return Err(Forbidden.into());
    }
    let errors = check_grant(by, &tx, role, apps).await?;
    if !errors.is_empty() {
        return Err(MemberError::Invalid(errors));
    }
    if (member.role, &member.apps) == (role, apps) {
        return Ok(false);
    }
    if member.role == Role::Owner && role != Role::Owner {
        must_not_be_last_owner(&tx, person).await?;
    }
    tx.update::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(person))
        .col_expr(membership::Column::Role, Expr::value(role))
        .col_expr(membership::Column::Apps, Expr::value(apps.clone()))
        .exec(&*tx)
        .await?;
    let detail = format!(
        "from {} to {}",
        in_audit(member.role, &member.apps),
        in_audit(role, apps)
    );
    let entry = by.entry(Action::RoleChanged, Target::person(person));
    audit::record(by.scope(), &tx, &entry.detail(detail)).await?;
    tx.commit().await?;
    Ok(true)
}
