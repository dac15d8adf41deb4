//! Invitations to a tenant: a link that works once, for seven days. Only a
//! digest of its token is kept, so to send one again is to make a new token.

mod accept;
mod invite;
mod list;
mod mailed;
mod open;
mod renew;
mod withdraw;

pub use accept::{AcceptError, NewPerson, accept_as, accept_as_new};
pub(crate) use invite::invite_by;
pub use invite::{InviteError, Invited, NewInvitation, invite};
pub use list::{Pending, pending};
pub use mailed::Passing;
pub use open::{InvitationError, Joining, OpenInvitation, open};
pub use renew::renew;
pub use withdraw::withdraw;

use crate::{
    core::{
        digest::digest,
        error::{Forbidden, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::invitation,
    host::random::secret_text,
    tenancy::{Actor, Tx},
};
use domain::{ids::InvitationId, permission::Permission, time::Span};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::SecretString;

/// How long an invitation works.
pub const LIFE: Span = Span::days(7);

/// An invitation was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeInvitationError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Only somebody who signed in or confirmed a few minutes ago invites an owner.
    #[error("confirm that it is still you; then invite them")]
    NotConfirmed,
    /// There is no such invitation, or it was accepted or withdrawn.
    #[error("there is no such invitation")]
    NotFound,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for ChangeInvitationError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// A new token, and the digest that is kept of it.
fn new_token(services: &Services) -> (SecretString, Vec<u8>) {
    let token = secret_text(&*services.random, "");
    let hash = token_hash(&token);
    (token, hash)
}

fn token_hash(token: &SecretString) -> Vec<u8> {
    digest("invitation", token)
}

/// One that is neither accepted nor withdrawn, and that the actor may change.
async fn find_pending(
    actor: &Actor,
    tx: &Tx,
    id: InvitationId,
) -> Result<invitation::Model, ChangeInvitationError> {
    actor.require(Permission::ManageMembers)?;
    let row: invitation::Model = tx
        .all::<invitation::Entity>()
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .row(&**tx)
        .await?
        .ok_or(ChangeInvitationError::NotFound)?;
    if actor.role.may_manage(row.role) {
        Ok(row)
    } else {
        Err(Forbidden.into())
    }
}
