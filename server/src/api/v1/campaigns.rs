//! `/api/v1/campaigns`: one link for each of many accounts.

use super::{
    answers::{AudienceSchema, Campaign, Page},
    paging::{PageAfter, Paging},
    paths::CampaignPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    body::Body,
    problems::{BODY, COMMON, PATH, QUERY, problems},
    query::Query,
};
use axum::{Json, extract::Path, http::StatusCode};
use domain::{campaign::Audience, ids::CampaignId, subdomain::Subdomain};
use serde::Deserialize;
use service::{
    campaigns::{self, CampaignError, CampaignForm, CreateCampaignError},
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    jobs::Selection,
};
use utoipa::ToSchema;

problems!(ListProblems: COMMON, QUERY);
problems!(CreateProblems: COMMON, BODY, &[(404, "not_found"), (422, "mail_not_set_up")]);
problems!(CampaignProblems: COMMON, PATH);

/// What a campaign is begun with.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "app": "returns",
    "name": "After the outage",
    "audience": "disconnected",
    "message": "Hello, one click brings {subdomain} back. {sender}",
    "days": 14,
    "remind_after": 4,
}))]
pub struct NewCampaign {
    /// The app's slug or id
    #[schema(value_type = String, required)]
    #[serde(default)]
    app: Field<String>,
    /// 1 to 80 letters
    #[schema(value_type = String, required)]
    #[serde(default)]
    name: Field<String>,
    /// Which accounts of the app it is for; `chosen` are those of `accounts`
    #[schema(value_type = AudienceSchema, required)]
    #[serde(default)]
    audience: Field<String>,
    /// The names of chosen accounts at Gorgias
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(default)]
    accounts: Field<Vec<String>>,
    /// The sender's own words in the mails, up to 500 letters; `{app}`, `{subdomain}` and
    /// `{sender}` are filled in
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    message: Field<String>,
    /// How many days it runs, and each link works; 14 if not given
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 30)]
    #[serde(default)]
    days: Field<i64>,
    /// After how many days those who haven't approved are reminded once; never if not given
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 29)]
    #[serde(default)]
    remind_after: Field<i64>,
}

impl Input for NewCampaign {
    type Parsed = CampaignForm;

    fn parse(self, errors: &mut Errors) -> Option<CampaignForm> {
        let app = errors.required("app", self.app);
        let name = errors.required("name", self.name);
        let audience: Option<Audience> =
            errors
                .required("audience", self.audience)
                .and_then(|code| match code.parse() {
                    Ok(audience) => Some(audience),
                    Err(_) => {
                        let codes = Audience::ALL.map(Audience::code).join(", ");
                        errors.add("audience", format!("Give one of {codes}."));
                        None
                    }
                });
        let chosen = errors.optional("accounts", self.accounts).map(|names| {
            let names = names
                .into_iter()
                .map(|name: String| name.parse::<Subdomain>());
            let read: Result<Vec<_>, _> = names.collect();
            read.unwrap_or_else(|error| {
                errors.add("accounts", error.to_string());
                Vec::new()
            })
        });
        let message = errors.optional("message", self.message);
        let days = errors.optional("days", self.days).unwrap_or(14);
        let remind_after = errors.optional("remind_after", self.remind_after);
        Some(CampaignForm {
            app: app?,
            name: name?,
            audience: audience?,
            chosen: chosen.map(Selection::OneByOne),
            message,
            days,
            remind_after,
        })
    }
}

/// The campaigns of the apps that the token may see, the newest first
#[utoipa::path(
    get, path = "/campaigns", operation_id = "listCampaigns", tag = "campaigns",
    params(Paging),
    responses((status = 200, body = Page<Campaign>, description = "A page"), ListProblems)
)]
pub async fn list(
    Caller(actor): Caller,
    Query((after, limit)): Query<PageAfter<CampaignId>>,
) -> Result<Json<Page<Campaign>>, Problem> {
    let page = campaigns::all(&actor, after, limit.into()).await?;
    Ok(Json(Page {
        items: page.rows.into_iter().map(Campaign::from).collect(),
        next: page.next.map(|next| next.to_string()),
    }))
}

/// Begins a campaign; the worker finds its accounts and sends the mails
#[utoipa::path(
    post, path = "/campaigns", operation_id = "createCampaign", tag = "campaigns",
    request_body = NewCampaign,
    responses((status = 201, body = Campaign, description = "The campaign"), CreateProblems)
)]
pub async fn create(
    Caller(actor): Caller,
    Body(form): Body<NewCampaign>,
) -> Result<(StatusCode, Json<Campaign>), Problem> {
    let id = campaigns::create(&actor, &form).await.map_err(problem)?;
    let campaign = campaigns::show(&actor, id).await?;
    Ok((StatusCode::CREATED, Json(campaign.into())))
}

/// One campaign
#[utoipa::path(
    get, path = "/campaigns/{id}", operation_id = "getCampaign", tag = "campaigns",
    params(CampaignPath),
    responses((status = 200, body = Campaign, description = "The campaign"), CampaignProblems)
)]
pub async fn show(
    Caller(actor): Caller,
    Path(path): Path<CampaignPath>,
) -> Result<Json<Campaign>, Problem> {
    let id = path.id.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(campaigns::show(&actor, id).await?.into()))
}

impl From<CampaignError> for Problem {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::NotFound => Self::not_found(),
            CampaignError::Forbidden(forbidden) => forbidden.into(),
            CampaignError::Internal(fault) => fault.into(),
        }
    }
}

fn problem(error: CreateCampaignError) -> Problem {
    match error {
        CreateCampaignError::Fields(errors) => Problem::invalid_fields(errors),
        CreateCampaignError::NotFound => Problem::not_found(),
        CreateCampaignError::NoMail => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "mail_not_set_up",
            error.to_string(),
        ),
        CreateCampaignError::Chosen(error) => {
            Problem::invalid_fields(vec![FieldError::new("accounts", error.to_string())])
        }
        CreateCampaignError::Forbidden(forbidden) => forbidden.into(),
        CreateCampaignError::Internal(fault) => fault.into(),
    }
}
