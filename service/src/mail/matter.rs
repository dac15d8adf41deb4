//! Whether what a mail is about still stands. A mail may wait for hours, and by then
//! its link may have been used, withdrawn, or erased with its account.

use crate::{
    core::{database::Transaction, error::InternalError, rows::Rows},
    entity::{
        app, campaign, campaign_account, invitation,
        mail::{self, MailKind},
        password_reset, reconnect_link,
    },
};
use domain::{
    ids::{InvitationId, LinkId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Query};

/// What is to be done with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is sent.
    Now,
    /// It waits: its campaign is paused, or its app has a fault, so that nobody could
    /// approve.
    Later,
    /// It is of no use any more.
    Never,
}

/// Of what use the mail is now.
pub(super) async fn use_of(
    tx: &Transaction,
    mail: &mail::Model,
    now: Timestamp,
) -> Result<Use, InternalError> {
    if mail.expires_at <= now {
        return Ok(Use::Never);
    }
    // By the id of the matter, which is the mail's own; row-level security and the
    // mail's transaction keep it within the tenant.
    let stands = match mail.kind {
        MailKind::Invitation => {
            invitation::Entity::find_by_id(InvitationId(mail.about))
                .filter(invitation::Column::AcceptedAt.is_null())
                .filter(invitation::Column::WithdrawnAt.is_null())
                .any(tx)
                .await?
        }
        MailKind::ReconnectLink => return of_link(tx, LinkId(mail.about)).await,
        MailKind::PasswordReset => {
            password_reset::Entity::find()
                .filter(password_reset::Column::PersonId.eq(mail.about))
                .any(tx)
                .await?
        }
        MailKind::Notice | MailKind::Test => true,
    };
    Ok(if stands { Use::Now } else { Use::Never })
}

async fn of_link(tx: &Transaction, id: LinkId) -> Result<Use, InternalError> {
    let link: Option<reconnect_link::Model> = reconnect_link::Entity::find_by_id(id)
        .filter(reconnect_link::Column::ApprovedAt.is_null())
        .filter(reconnect_link::Column::RevokedAt.is_null())
        .row(tx)
        .await?;
    let Some(link) = link else {
        return Ok(Use::Never);
    };
    let sent_by = Query::select()
        .column(campaign_account::Column::CampaignId)
        .from(campaign_account::Entity)
        .and_where(campaign_account::Column::ConnectionId.eq(link.connection_id))
        .and_where(campaign_account::Column::LinkId.eq(id))
        .to_owned();
    let campaigns: Vec<campaign::Model> = campaign::Entity::find()
        .filter(campaign::Column::Id.in_subquery(sent_by))
        .rows(tx)
        .await?;
    if campaigns.iter().any(|one| one.ended_at.is_some()) {
        return Ok(Use::Never);
    }
    let has_fault = app::Entity::find_by_id(link.app_id)
        .filter(app::Column::FaultSince.is_not_null())
        .any(tx)
        .await?;
    let is_paused = campaigns.iter().any(|one| one.paused_at.is_some());
    Ok(if has_fault || is_paused {
        Use::Later
    } else {
        Use::Now
    })
}
