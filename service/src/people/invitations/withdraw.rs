//! Taking an invitation back.

use super::{ChangeInvitationError, find_pending};
use crate::{
    audit::{self, Action, Entry, Target},
    entity::invitation,
    mail::{self, MailKind},
    tenancy::Actor,
};
use domain::ids::InvitationId;
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Withdraws an invitation that waits.
///
/// # Errors
/// [`ChangeInvitationError`]; nothing is changed then.
pub async fn withdraw(actor: &Actor, id: InvitationId) -> Result<(), ChangeInvitationError> {
    let tx = actor.write().await?;
    find_pending(actor, &tx, id).await?;
    let done = tx
        .update::<invitation::Entity>()
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .col_expr(
            invitation::Column::WithdrawnAt,
            Expr::value(actor.expiry_now()),
        )
        .exec(&*tx)
        .await?;
    // Somebody else was faster.
    if done.rows_affected == 0 {
        return Err(ChangeInvitationError::NotFound);
    }
    mail::withdraw(&tx, MailKind::Invitation, id.0).await?;
    let target = Target::invitation(id);
    let entry = Entry::of(actor, Action::InvitationWithdrawn, target);
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
