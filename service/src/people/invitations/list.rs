//! The invitations that wait.

use super::LIFE;
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::invitation,
    mail::{self, MailProgress},
    tenancy::Actor,
};
use domain::{app_limit::AppLimit, ids::InvitationId, role::Role, time::Timestamp};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

/// An invitation that was neither accepted nor withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// As what.
    pub role: Role,
    /// For which apps.
    pub apps: AppLimit,
    /// Who invited them.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// Whether that time is over.
    pub is_expired: bool,
    /// How far the mail with its present address is, if it was mailed.
    pub mail: Option<MailProgress>,
}

/// The newest first; expired ones for 30 days.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn pending(actor: &Actor) -> Result<Vec<Pending>, InternalError> {
    let tx = actor.read().await?;
    let now = actor.expiry_now();
    let rows: Vec<invitation::Model> = tx
        .all::<invitation::Entity>()
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .filter(invitation::Column::ExpiresAt.gt(now.minus(domain::time::Span::days(30))))
        .order_by_desc(invitation::Column::Id)
        .readable(&*tx, "the invitations of a tenant")
        .await?;
    let mut mails = mail::progress(&tx, rows.iter().map(|row| row.id.0).collect()).await?;
    let pending = |row: invitation::Model| Pending {
        // A mail from before it was renewed has an address that has ended.
        mail: mails
            .remove(&row.id.0)
            .filter(|mail| mail.queued_at >= row.expires_at.minus(LIFE)),
        id: row.id,
        email: row.email,
        role: row.role,
        apps: row.apps,
        created_by: row.created_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_expired: row.expires_at <= now,
    };
    Ok(rows.into_iter().map(pending).collect())
}
