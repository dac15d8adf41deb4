//! How far mails are, for the pages that they were sent from.

use crate::{
    core::{database::Transaction, error::InternalError, queries, rows::Rows, services::Services},
    entity::mail::{self, MailState},
    tenancy::Tx,
};
use domain::time::{Span, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// How long it is known what became of a mail.
const KNOWN_FOR: Span = Span::days(30);

/// How far a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It is to be sent as soon as possible.
    Waiting,
    /// The mail server didn't take it yet; it is tried again.
    TriedInVain,
    /// The mail server took it.
    Sent,
    /// The mail server refused it for good.
    Refused,
    /// The mail server didn't take it as long as it was of use.
    GivenUp,
}

/// How far a mail is, since when, and what the mail server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailProgress {
    /// How far it is.
    pub delivery: Delivery,
    /// When it was queued, or finished.
    pub at: Timestamp,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// The last answer.
    pub answer: Option<String>,
}

/// The progress of the newest mail about each of these things of the tenant.
pub(crate) async fn progress(
    tx: &Tx,
    about: Vec<Uuid>,
) -> Result<HashMap<Uuid, MailProgress>, InternalError> {
    if about.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<mail::Model> = mail::Entity::find()
        .filter(mail::Column::TenantId.eq(tx.tenant()))
        .filter(mail::Column::About.is_in(about))
        .order_by_asc(mail::Column::Id)
        .rows(&**tx)
        .await?;
    let known = rows.into_iter().map(|row| {
        let delivery = match (row.state, row.attempts) {
            (MailState::Waiting, 0) => Delivery::Waiting,
            (MailState::Waiting, _) => Delivery::TriedInVain,
            (MailState::Sent, _) => Delivery::Sent,
            (MailState::Refused, _) => Delivery::Refused,
            (MailState::GivenUp, _) => Delivery::GivenUp,
        };
        let progress = MailProgress {
            delivery,
            at: row.finished_at.unwrap_or(row.created_at),
            queued_at: row.created_at,
            answer: row.answer,
        };
        (row.about, progress)
    });
    Ok(known.collect())
}

/// Forgets mails that were finished long ago.
pub(crate) async fn sweep(
    services: &Services,
    tx: &Transaction,
    now: Timestamp,
) -> Result<(), InternalError> {
    let before = now.minus(KNOWN_FOR);
    let sweep = queries::SWEEP_MAILS.with(&services.db, [before.into()]);
    tx.execute_raw(sweep).await?;
    Ok(())
}
