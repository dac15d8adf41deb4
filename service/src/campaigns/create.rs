//! Begins campaigns.

use crate::{
    audit::{self, Action, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        relay,
    },
    entity::campaign,
    jobs::{self, NewJob, Selection, StartError},
    mail::{self, link_text},
    records::app,
    tenancy::{Actor, Who},
};
use domain::{
    campaign::{Audience, LONGEST_NAME},
    ids::CampaignId,
    job::Work,
    permission::Permission,
    time::Span,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

/// The longest that a campaign runs, in days; also the longest that a link lives.
pub const MOST_DAYS: i64 = 30;

/// What a campaign is begun with.
#[derive(Debug, Clone)]
pub struct CampaignForm {
    /// The app, by slug or id.
    pub app: String,
    /// What it is called: 1–80 letters.
    pub name: String,
    /// Which accounts it is for.
    pub audience: Audience,
    /// The accounts, if they are [`Audience::Chosen`].
    pub chosen: Option<Selection>,
    /// The sender's own words in the mails, with the placeholders of the settings.
    pub message: Option<String>,
    /// How many days it runs, and each link works: 1–30.
    pub days: i64,
    /// After how many days those who haven't approved are reminded once.
    pub remind_after: Option<i64>,
}

/// Why no campaign was begun.
#[derive(Debug, thiserror::Error)]
pub enum CreateCampaignError {
    /// Fields can't be used.
    #[error("some fields can't be used")]
    Fields(Vec<FieldError>),
    /// The actor sees no such app.
    #[error("there is no such app")]
    NotFound,
    /// Nothing can be mailed.
    #[error("mail is not set up, and a campaign sends mails; whoever runs Mooring can set it up")]
    NoMail,
    /// The chosen accounts can't be taken up.
    #[error(transparent)]
    Chosen(StartError),
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for CreateCampaignError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

fn mistakes(form: &CampaignForm) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(1..=LONGEST_NAME).contains(&form.name.trim().chars().count()) {
        let words = format!("Give it a name of 1 to {LONGEST_NAME} letters.");
        errors.push(FieldError::new("name", words));
    }
    if (form.audience == Audience::Chosen) != form.chosen.is_some() {
        let words = "Choose accounts in the list first.";
        errors.push(FieldError::new("audience", words));
    }
    if !(1..=MOST_DAYS).contains(&form.days) {
        let words = format!("Give a number of days from 1 to {MOST_DAYS}.");
        errors.push(FieldError::new("days", words));
    }
    if let Some(after) = form.remind_after
        && !(1..form.days).contains(&after)
    {
        let words = "A reminder comes before the end: choose fewer days, or none.";
        errors.push(FieldError::new("remind_after", words));
    }
    if let Some(text) = &form.message
        && let Err(error) = link_text::check(text)
    {
        errors.push(FieldError::new("message", error.to_string()));
    }
    errors
}

/// Begins a campaign. The worker finds its accounts and sends the mails.
///
/// # Errors
/// [`CreateCampaignError`]; nothing is stored then.
pub async fn create(actor: &Actor, form: &CampaignForm) -> Result<CampaignId, CreateCampaignError> {
    actor.require(Permission::SendLinks)?;
    // It writes to the customers' contacts.
    actor.require(Permission::EditCustomers)?;
    if !mail::is_set_up(actor) {
        return Err(CreateCampaignError::NoMail);
    }
    let errors = mistakes(form);
    if !errors.is_empty() {
        return Err(CreateCampaignError::Fields(errors));
    }
    let tx = actor.write().await?;
    let app = app::find(&tx, &form.app, &actor.apps)
        .await?
        .ok_or(CreateCampaignError::NotFound)?;
    let now = actor.expiry_now();
    let id: CampaignId = actor.new_id();
    let answers_to = match &actor.who {
        Who::Person { email, .. } => Some(email.clone()),
        Who::ApiToken { .. } => None,
    };
    let row = campaign::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        app_id: Set(app.id),
        name: Set(form.name.trim().to_owned()),
        audience: Set(form.audience),
        message: Set(form.message.clone()),
        created_by: Set(actor.as_event_actor().label()),
        answers_to: Set(answers_to),
        created_at: Set(now),
        link_life: Set(Span::days(form.days)),
        remind_at: Set(form.remind_after.map(|days| now.plus(Span::days(days)))),
        ends_at: Set(now.plus(Span::days(form.days))),
        paused_at: Set(None),
        ended_at: Set(None),
        walked_to: Set(None),
        walked_at: Set(form.chosen.as_ref().map(|_| now)),
        next_at: Set(now),
    };
    campaign::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await?;
    let entry = Entry::of(actor, Action::CampaignBegun, Target::app(app.id, &app.slug))
        .detail(format!("campaign={}", form.name.trim()));
    audit::record(actor, &tx, &entry).await?;
    if let Some(selection) = &form.chosen {
        let job = NewJob {
            work: Work::AddToCampaign(id),
            selection: selection.clone(),
        };
        jobs::begin(actor, &tx, &job)
            .await
            .map_err(|error| match error {
                StartError::Internal(error) => CreateCampaignError::Internal(error),
                error => CreateCampaignError::Chosen(error),
            })?;
    }
    tx.commit().await?;
    if form.chosen.is_some() {
        relay::tell_jobs(actor.services(), actor.tenant()).await;
    }
    Ok(id)
}
