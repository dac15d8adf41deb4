//! Whether what a mail is about still stands. A mail may wait for hours, and by then
//! its link may have been used, withdrawn, or erased with its account.

use crate::{
    core::{database::Transaction, error::InternalError, rows::Rows},
    entity::{
        invitation,
        mail::{self, MailKind},
        password_reset, reconnect_link,
    },
};
use domain::{
    ids::{InvitationId, LinkId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Whether the mail is of any use now.
pub(super) async fn stands(
    tx: &Transaction,
    mail: &mail::Model,
    now: Timestamp,
) -> Result<bool, InternalError> {
    if mail.expires_at <= now {
        return Ok(false);
    }
    // By the id of the matter, which is the mail's own; row-level security and the
    // mail's transaction keep it within the tenant.
    match mail.kind {
        MailKind::Invitation => {
            invitation::Entity::find_by_id(InvitationId(mail.about))
                .filter(invitation::Column::AcceptedAt.is_null())
                .filter(invitation::Column::WithdrawnAt.is_null())
                .any(tx)
                .await
        }
        MailKind::ReconnectLink => {
            reconnect_link::Entity::find_by_id(LinkId(mail.about))
                .filter(reconnect_link::Column::ApprovedAt.is_null())
                .filter(reconnect_link::Column::RevokedAt.is_null())
                .any(tx)
                .await
        }
        MailKind::PasswordReset => {
            password_reset::Entity::find()
                .filter(password_reset::Column::PersonId.eq(mail.about))
                .any(tx)
                .await
        }
        MailKind::Notice | MailKind::Test => Ok(true),
    }
}
