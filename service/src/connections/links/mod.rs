//! Reconnect links, which are sent to a customer's admin.

mod create;
mod list;
mod mailed;
mod newest;
mod open;
mod revoke;
mod status;

pub use create::{LONGEST_LIFE, LinkOptions, NewLink, create};
pub(crate) use create::{Wanted, make};
pub(crate) use list::outstanding;
pub use list::{AccountLink, of_connection, of_tenant};
pub(crate) use mailed::Sender;
pub use mailed::{LinkWords, words};
pub(crate) use newest::newest_open;
pub use newest::{LinkMail, OpenLink};
pub use open::{Opened, PublicLink, mark_opened, open};
pub(crate) use open::{usable, usable_by_id};
pub use revoke::{Withdrawal, revoke};
pub use status::{LinkStatus, STATUS_LIFE};

use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::{connection, reconnect_link::Model},
    mail::{MailProgress, link_text::LinkTextError},
    records::connection::Record,
    tenancy::Tx,
};
use domain::{
    customer::Language,
    ids::{ConnectionId, LinkId},
    subdomain::SubdomainError,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter};

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The actor sees no such app.
    #[error("there is no such app")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Too short or too long.
    #[error(
        "a link lives at least 5 minutes and at most 30 days; give expires_in in seconds between 300 and 2592000"
    )]
    BadLife,
    /// An account can't have this name.
    #[error(transparent)]
    NoAccount(#[from] SubdomainError),
    /// Mail is not set up.
    #[error("mail is not set up; leave the address out and send the link yourself")]
    NoMail,
    /// The address to mail it to is none.
    #[error("this is not an e-mail address; give one such as ann@example.com")]
    NotAnAddress,
    /// The sender's own words can't be used.
    #[error(transparent)]
    Message(#[from] LinkTextError),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for LinkError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Why a link can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkGone {
    /// No such link.
    #[error("this link is not known")]
    Unknown,
    /// It was used for an approval.
    #[error("this link was used already")]
    Used,
    /// It has expired.
    #[error("this link has expired")]
    Expired,
    /// It was withdrawn.
    #[error("this link was withdrawn")]
    Revoked,
}

/// Why a link is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It can't be used.
    #[error(transparent)]
    Gone(#[from] LinkGone),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The state of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Made, not opened.
    Sent,
    /// Opened, approval not begun.
    Opened,
    /// The browser went to Gorgias and is not back yet.
    Started,
    /// Approved: used up.
    Approved,
    /// It has expired.
    Expired,
    /// Withdrawn.
    Revoked,
}

impl LinkState {
    /// The code in answers of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Started => "started",
            Self::Approved => "approved",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Sent,
        Self::Opened,
        Self::Started,
        Self::Approved,
        Self::Expired,
        Self::Revoked,
    ];
}

/// A link as an account's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// Its id.
    pub id: LinkId,
    /// Its state.
    pub state: LinkState,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it was used for an approval.
    pub approved_at: Option<Timestamp>,
    /// The address that it was mailed to.
    pub email: Option<String>,
    /// The language of its mail and its pages, if it was chosen.
    pub language: Option<Language>,
    /// How far its mail is.
    pub mail: Option<MailProgress>,
}

impl LinkRow {
    fn new(row: &Model, now: Timestamp) -> Self {
        let state = match row {
            Model {
                approved_at: Some(_),
                ..
            } => LinkState::Approved,
            Model {
                revoked_at: Some(_),
                ..
            } => LinkState::Revoked,
            Model { expires_at, .. } if *expires_at <= now => LinkState::Expired,
            Model {
                started_at: Some(_),
                ..
            } => LinkState::Started,
            Model {
                opened_at: Some(_), ..
            } => LinkState::Opened,
            _ => LinkState::Sent,
        };
        Self {
            id: row.id,
            state,
            created_by: row.created_by.clone(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            opened_at: row.opened_at,
            approved_at: row.approved_at,
            email: row.email.clone(),
            language: row.language,
            mail: None,
        }
    }
}

/// Tells open pages of the connection that its links changed.
async fn tell(tx: &Tx, connection: ConnectionId) -> Result<(), InternalError> {
    let record: Option<Record> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(connection))
        .row(&**tx)
        .await?;
    if let Some(record) = record {
        tx.tell(record.news(tx));
    }
    Ok(())
}
