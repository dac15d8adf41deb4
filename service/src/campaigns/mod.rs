//! Campaigns: a reconnect link for each of many accounts of an app. The worker finds the
//! accounts, sends the mails and the one reminder; what customers do moves each account on.

mod control;
mod create;
mod list;
mod queued;
mod run;

pub use control::{end, pause, resume};
pub use create::{CampaignForm, CreateCampaignError, MOST_DAYS, create};
pub use list::{CampaignAccount, CampaignPage, Funnel, People, all, people, show};
pub(crate) use run::run;
pub use run::run_due;

use crate::{
    core::error::{Forbidden, InternalError},
    entity::campaign::Model,
    records::app::App,
};
use domain::{
    campaign::Audience,
    ids::CampaignId,
    slug::Slug,
    time::{Span, Timestamp},
};

/// What a campaign does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignState {
    /// It sends, or waits for customers.
    Running,
    /// Gorgias refuses the app's own credentials, so no link could work: no mail leaves.
    HeldBack,
    /// Somebody paused it.
    Paused,
    /// It is over: no mail leaves any more. Links that were sent go on working.
    Ended,
}

impl CampaignState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Running, Self::HeldBack, Self::Paused, Self::Ended];

    /// The code in answers of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::HeldBack => "held_back",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Its app: the slug and the name.
    pub app: (Slug, String),
    /// Which accounts it is for.
    pub audience: Audience,
    /// The sender's own words.
    pub message: Option<String>,
    /// Who began it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// How long each link works.
    pub link_life: Span,
    /// When those who haven't approved are reminded once; `None` for never.
    pub remind_at: Option<Timestamp>,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// What it does now.
    pub state: CampaignState,
    /// Whether all accounts were looked at for it.
    pub complete: bool,
    /// How far its accounts are.
    pub funnel: Funnel,
}

impl Campaign {
    /// Whether the worker has found no account yet, and goes on.
    pub fn is_looking(&self) -> bool {
        !self.complete && self.funnel.chosen() == 0
    }

    fn new(row: Model, app: &App, funnel: Funnel) -> Self {
        let state = match &row {
            Model {
                ended_at: Some(_), ..
            } => CampaignState::Ended,
            Model {
                paused_at: Some(_), ..
            } => CampaignState::Paused,
            _ if app.credentials.fault.is_some() => CampaignState::HeldBack,
            _ => CampaignState::Running,
        };
        Self {
            id: row.id,
            name: row.name,
            app: (app.slug.clone(), app.name.clone()),
            audience: row.audience,
            message: row.message,
            created_by: row.created_by,
            created_at: row.created_at,
            link_life: row.link_life,
            remind_at: row.remind_at,
            ends_at: row.ends_at,
            state,
            complete: row.walked_at.is_some(),
            funnel,
        }
    }
}

/// Why a campaign isn't shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// The actor sees no such campaign.
    #[error("there is no such campaign")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for CampaignError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}
