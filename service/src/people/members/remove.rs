//! A member goes.

use super::{MemberError, find, in_audit, lock, must_not_be_last_owner, must_still_be};
use crate::{
    audit::{self, Action, Target},
    core::error::Forbidden,
    entity::{membership, sso_identity},
    people::changed_by::ChangedBy,
    tenancy::Actor,
};
use domain::{ids::PersonId, permission::Permission, role::Role};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Removes a member. Everybody may leave by themselves. The person stays, with
/// their other tenants; what they did stays in the audit, and the API tokens
/// that they made go on working. Single sign-on lets them in only after an owner
/// said so.
///
/// # Errors
/// [`MemberError`]; nothing is changed then.
pub async fn remove(actor: &Actor, person: PersonId) -> Result<(), MemberError> {
    remove_by(ChangedBy::Member(actor), person).await
}

pub(crate) async fn remove_by(by: ChangedBy<'_>, person: PersonId) -> Result<(), MemberError> {
    let leaves = by.person() == Some(person);
    if !leaves {
        by.require(Permission::ManageMembers)?;
    }
    let tx = by.scope().write().await?;
    lock(&tx).await?;
    must_still_be(by, &tx).await?;
    let member = find(&tx, person).await?;
    if !leaves && !by.may_manage(member.role) {
        return Err(Forbidden.into());
    }
    if member.role == Role::Owner {
        must_not_be_last_owner(&tx, person).await?;
    }
    tx.delete::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(person))
        .exec(&*tx)
        .await?;
    // Else single sign-on would bring them back at once.
    tx.update::<sso_identity::Entity>()
        .filter(sso_identity::Column::PersonId.eq(person))
        .col_expr(
            sso_identity::Column::BarredAt,
            Expr::value(by.scope().now()),
        )
        .exec(&*tx)
        .await?;
    let detail = in_audit(member.role, &member.apps);
    let entry = by.entry(Action::MemberRemoved, Target::person(person));
    audit::record(by.scope(), &tx, &entry.detail(detail)).await?;
    tx.commit().await?;
    Ok(())
}
