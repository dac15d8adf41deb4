//! Sending an invitation again.

use super::{
    ChangeInvitationError, Invited, LIFE, Passing, find_pending, mailed::Letter, new_token,
};
use crate::{
    audit::{self, Action, Entry, Target},
    entity::invitation,
    people::{changed_by::ChangedBy, members::in_audit},
    tenancy::{Actor, Confirmed},
};
use domain::{ids::InvitationId, role::Role};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Gives an invitation a new address and another seven days. The address
/// before stops working, and a mail with it isn't sent any more. The inviter is
/// now the actor. Where mail isn't set up, the new address is to be copied. For an
/// owner it takes a confirmation.
///
/// # Errors
/// [`ChangeInvitationError`]; nothing is changed then.
pub async fn renew(
    actor: &Actor,
    confirmed: Option<&Confirmed>,
    id: InvitationId,
    passing: Passing,
) -> Result<Invited, ChangeInvitationError> {
    let tx = actor.write().await?;
    let row = find_pending(actor, &tx, id).await?;
    if row.role == Role::Owner && !actor.has_confirmed(confirmed) {
        return Err(ChangeInvitationError::NotConfirmed);
    }
    let (token, token_hash) = new_token(actor);
    let expires_at = actor.expiry_now().plus(LIFE);
    let done = tx
        .update::<invitation::Entity>()
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .col_expr(invitation::Column::TokenHash, Expr::value(token_hash))
        .col_expr(invitation::Column::ExpiresAt, Expr::value(expires_at))
        .col_expr(
            invitation::Column::CreatedBy,
            Expr::value(ChangedBy::Member(actor).name()),
        )
        .col_expr(invitation::Column::InviterId, Expr::value(actor.person()))
        .exec(&*tx)
        .await?;
    // Somebody else was faster.
    if done.rows_affected == 0 {
        return Err(ChangeInvitationError::NotFound);
    }
    let detail = in_audit(row.role, &row.apps);
    let entry = Entry::of(actor, Action::Invited, Target::invitation(id)).detail(detail);
    audit::record(actor, &tx, &entry).await?;
    let letter = Letter {
        id,
        email: row.email,
        role: row.role,
        url: actor.config.invitation_url(&token),
        expires_at,
    };
    let invited = letter.pass(ChangedBy::Member(actor), &tx, passing).await?;
    tx.commit().await?;
    Ok(invited)
}
