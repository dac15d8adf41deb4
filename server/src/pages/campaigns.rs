//! Campaigns: begin, pause, resume, end.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{accounts_filter, address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{campaign::Audience, subdomain::Subdomain};
use serde::Deserialize;
use service::{
    campaigns::{self, CampaignError, CampaignForm, CreateCampaignError, MOST_DAYS},
    core::{
        error::FieldError,
        input::{Errors, Field, Input, Repeated},
    },
    jobs::Selection,
};
use url::form_urlencoded;

pub(super) const NEW: Form = Form::new(
    "campaign",
    &[
        "app",
        "name",
        "audience",
        "message",
        "days",
        "remind_after",
        "account",
        "all",
        "filter",
    ],
)
.kept();
const STEP: Form = Form::new("campaign_step", &[]);

/// The fields of the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    app: Field<String>,
    name: Field<String>,
    audience: Field<String>,
    message: Field<String>,
    days: Field<String>,
    remind_after: Field<String>,
    /// The accounts that were chosen in the list.
    account: Field<Repeated>,
    /// Whether all that the filter finds are meant.
    all: Field<String>,
    /// The query of the list's address.
    filter: Field<String>,
}

impl Input for Fields {
    type Parsed = CampaignForm;

    fn parse(self, errors: &mut Errors) -> Option<CampaignForm> {
        let audience = errors.text("audience", self.audience).parse::<Audience>();
        let audience = audience.map_err(|error| errors.add("audience", error.to_string()));
        let days = days(errors, "days", self.days);
        if days.is_none() {
            errors.add("days", "Choose how long it runs.");
        }
        let names: Option<Repeated> = errors.optional("account", self.account);
        let names: Vec<Subdomain> = names.map_or_else(Vec::new, |Repeated(names)| {
            names.iter().filter_map(|name| name.parse().ok()).collect()
        });
        let filter = errors.text("filter", self.filter);
        let chosen = if errors.ticked("all", self.all) {
            let query = accounts_filter::read(form_urlencoded::parse(filter.as_bytes()));
            Some(Selection::Filter(Box::new(query)))
        } else {
            (!names.is_empty()).then_some(Selection::OneByOne(names))
        };
        Some(CampaignForm {
            chosen,
            app: errors.text("app", self.app),
            name: errors.text("name", self.name),
            message: errors.optional("message", self.message),
            remind_after: self::days(errors, "remind_after", self.remind_after),
            audience: audience.ok()?,
            days: days?,
        })
    }
}

/// A number of days; none if the field is empty.
fn days(errors: &mut Errors, name: &'static str, field: Field<String>) -> Option<i64> {
    let text = errors.optional(name, field)?;
    let days = text
        .parse()
        .ok()
        .filter(|days| (1..=MOST_DAYS).contains(days));
    if days.is_none() {
        errors.add(
            name,
            format!("Give a number of days from 1 to {MOST_DAYS}."),
        );
    }
    days
}

/// Begins a campaign.
pub async fn begin(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let page = Address::NewCampaign { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &NEW).await?;
    posted.first(&page).await?;
    let form = posted.parse(fields, &page, &NEW).await?;
    let failed =
        async |errors: Vec<FieldError>| posted.rerender_with_errors(&page, &NEW, errors).await;
    Ok(match campaigns::create(&actor, &form).await {
        Ok(id) => {
            let id = id.to_string();
            let to = Address::Campaign {
                tenant: &tenant,
                id: &id,
            };
            posted
                .done(&to.to_string(), FormOutcome::CampaignBegun)
                .await?
        }
        Err(CreateCampaignError::Fields(errors)) => failed(errors).await,
        Err(CreateCampaignError::NotFound) => posted.not_found().await,
        Err(CreateCampaignError::Forbidden(_)) => posted.forbidden(&page, &NEW).await,
        Err(CreateCampaignError::Internal(fault)) => return Err(fault.into()),
        Err(error @ (CreateCampaignError::NoMail | CreateCampaignError::Chosen(_))) => {
            failed(vec![FieldError::new("", error.to_string())]).await
        }
    })
}

/// Pauses, resumes or ends a campaign.
pub async fn step(
    Path((tenant, id, step)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::Campaign {
        tenant: &tenant,
        id: &id,
    }
    .to_string();
    let actor = posted.member(&tenant, &page, &STEP).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    let (changed, outcome) = match step.as_str() {
        "pause" => (
            campaigns::pause(&actor, id).await,
            FormOutcome::CampaignPaused,
        ),
        "resume" => (
            campaigns::resume(&actor, id).await,
            FormOutcome::CampaignResumed,
        ),
        "end" => (campaigns::end(&actor, id).await, FormOutcome::CampaignEnded),
        _ => return Ok(posted.not_found().await),
    };
    Ok(match changed {
        Ok(true) => posted.done(&page, outcome).await?,
        Ok(false) => posted.done(&page, FormOutcome::CampaignUnchanged).await?,
        Err(CampaignError::NotFound) => posted.not_found().await,
        Err(CampaignError::Forbidden(_)) => posted.forbidden(&page, &STEP).await,
        Err(CampaignError::Internal(fault)) => return Err(fault.into()),
    })
}
