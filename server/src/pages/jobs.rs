//! Bulk jobs: started from the accounts list, stopped, tried again, taken back, and the
//! file of an export.

use crate::{
    pages::{Answered, Form, Posted, PostedForm},
    redirect::see_other,
};
use app::{accounts_filter, address::Address, form_outcome::FormOutcome};
use axum::{
    body::Body,
    extract::Path,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use domain::{
    ids::JobId,
    job::{JobAction, Work},
    snooze::Choice,
    subdomain::Subdomain,
};
use serde::Deserialize;
use service::{
    Actor,
    core::{
        error::FieldError,
        input::{Errors, Field, Input, Repeated},
    },
    jobs::{self, JobError, JobFile, NewJob, Selection, StartError},
};
use std::convert::Infallible;
use url::form_urlencoded;

const BULK: Form = Form::new(
    "bulk",
    &["account", "page", "all", "tag", "owner", "until", "reason"],
);
/// The button that leads to the form of a campaign, instead of starting a job.
const CAMPAIGN: &str = "campaign";
const STOP: Form = Form::new("stop", &[]);
const RETRY: Form = Form::new("retry", &[]);
const UNDO: Form = Form::new("undo", &[]);
const FILE: Form = Form::new("file", &[]);

/// The most accounts that an address names.
const MOST_IN_ADDRESS: usize = 100;

/// What somebody chose, and what is to be done with it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// The ticked accounts.
    account: Field<Repeated>,
    /// The accounts of the page.
    shown: Field<Repeated>,
    /// Whether those of the page are meant.
    page: Field<String>,
    /// Whether all that the filter finds are meant.
    all: Field<String>,
    /// The query of the list's address.
    filter: Field<String>,
    action: Field<String>,
    tag: Field<String>,
    owner: Field<String>,
    until: Field<String>,
    reason: Field<String>,
}

/// The same, parsed as far as it can be without the tenant's zone.
pub struct Asked {
    selection: Selection,
    what: What,
}

/// What is to be done.
enum What {
    /// This.
    Work(Work),
    /// A snooze.
    Snooze { until: Choice, reason: String },
    /// A campaign is to be begun with them.
    Campaign,
}

impl Asked {
    /// The address of the form for a campaign with the chosen accounts.
    fn campaign(&self, tenant: &str, filter: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match &self.selection {
            Selection::Filter(_) => {
                query.append_pair("all", "on").append_pair("filter", filter);
            }
            Selection::OneByOne(names) => {
                let names = names.iter().map(|name| ("account", name.as_str()));
                query.extend_pairs(names);
            }
        }
        format!("{}?{}", Address::NewCampaign { tenant }, query.finish())
    }
}

impl Input for Fields {
    type Parsed = Asked;

    fn parse(self, errors: &mut Errors) -> Option<Asked> {
        let mut names = |name, field| -> Vec<String> {
            let list: Option<Repeated> = errors.optional(name, field);
            list.map_or_else(Vec::new, |Repeated(list)| list)
        };
        let (ticked, shown) = (names("account", self.account), names("shown", self.shown));
        let filter = errors.text("filter", self.filter);
        let of_page = errors.ticked("page", self.page);
        let selection = if errors.ticked("all", self.all) {
            let query = accounts_filter::read(form_urlencoded::parse(filter.as_bytes()));
            Selection::Filter(Box::new(query))
        } else {
            let names = if of_page { shown } else { ticked };
            let names = names.iter().filter_map(|name| name.parse().ok());
            Selection::OneByOne(names.collect::<Vec<Subdomain>>())
        };
        let (tag, owner) = (
            errors.text("tag", self.tag),
            errors.text("owner", self.owner),
        );
        let reason = errors.text("reason", self.reason);
        let action = errors.text("action", self.action);
        if action == CAMPAIGN {
            let what = What::Campaign;
            return Some(Asked { selection, what });
        }
        let action: Option<JobAction> = action.parse().ok();
        let work = match action {
            Some(JobAction::Snooze) => {
                let until = self.until.parsed();
                if until.is_none() {
                    errors.add("until", "Choose until when.");
                }
                let what = What::Snooze {
                    until: until?,
                    reason,
                };
                return Some(Asked { selection, what });
            }
            // Only another job can be given back, and only a campaign's form starts this one.
            None | Some(JobAction::AssignBack | JobAction::AddToCampaign) => {
                errors.add("", "Press the button of what is to be done.");
                return None;
            }
            Some(action) => {
                let value = match action {
                    JobAction::AddTag | JobAction::RemoveTag => &tag,
                    JobAction::Assign => &owner,
                    _ => "",
                };
                Work::read(action, value)
            }
        };
        if work.is_err() {
            match action {
                Some(JobAction::Assign) => errors.add("owner", "Choose a member of this tenant."),
                _ => errors.add("tag", "Type a tag: 1 to 40 letters, without a comma."),
            }
        }
        Some(Asked {
            what: What::Work(work.ok()?),
            selection,
        })
    }
}

/// Starts a job, and leads to its page. What is refused is shown in the list again.
pub async fn start(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let base = Address::Accounts { tenant: &tenant }.to_string();
    let filter = fields.filter.given().unwrap_or_default();
    let query = accounts_filter::read(form_urlencoded::parse(filter.as_bytes()));
    let page = accounts_filter::href(&base, &query);
    let actor = posted.member(&tenant, &page, &BULK).await?;
    let there = Address::Jobs { tenant: &tenant }.to_string();
    posted.first(&there).await?;
    let filter = filter.to_owned();
    let asked = posted.parse(fields, &page, &BULK).await?;
    let refused = async |field, message: &str| {
        let errors = vec![FieldError::new(field, message)];
        posted.rerender_with_errors(&page, &BULK, errors).await
    };
    let work = match &asked.what {
        What::Work(work) => work.clone(),
        What::Snooze { until, reason } => match until.until("", actor.now(), actor.zone) {
            Some(until) => Work::Snooze {
                until,
                reason: reason.clone(),
            },
            None => return Ok(refused("until", "Choose until when.").await),
        },
        What::Campaign => {
            return Ok(match &asked.selection {
                Selection::OneByOne(names) if names.is_empty() => {
                    refused("", "No account is chosen: tick some, or all that match.").await
                }
                Selection::OneByOne(names) if names.len() > MOST_IN_ADDRESS => {
                    let message = format!(
                        "Choose at most {MOST_IN_ADDRESS} accounts one by one for a campaign, or all that match a filter."
                    );
                    refused("", &message).await
                }
                _ => {
                    // Nothing was done, so the list's form may be posted again.
                    posted.give_back().await;
                    see_other(&asked.campaign(&tenant, &filter))
                }
            });
        }
    };
    let new = NewJob {
        work,
        selection: asked.selection,
    };
    let again = async |field, error: StartError| {
        let errors = vec![FieldError::new(field, error.to_string())];
        posted.rerender_with_errors(&page, &BULK, errors).await
    };
    Ok(match jobs::start(&actor, new).await {
        Ok(id) => started(&posted, &tenant, id).await?,
        Err(StartError::Forbidden(_)) => posted.forbidden(&page, &BULK).await,
        Err(StartError::Internal(fault)) => return Err(fault.into()),
        Err(error @ StartError::NoMember) => again("owner", error).await,
        Err(error @ StartError::Snooze(_)) => again("until", error).await,
        Err(
            error @ (StartError::NothingChosen
            | StartError::TooManyChosen
            | StartError::TooManyRunning
            | StartError::NoMail),
        ) => again("", error).await,
    })
}

async fn started(posted: &Posted, tenant: &str, id: JobId) -> Result<Response, Answered> {
    let page = Address::Job {
        tenant,
        job: &id.to_string(),
    }
    .to_string();
    posted.done(&page, FormOutcome::JobStarted).await
}

type JobPath = Path<(String, String)>;

/// A member's request about one job, and the page that it was sent from.
struct Request {
    posted: Posted,
    actor: Actor,
    tenant: String,
    id: JobId,
    page: String,
}

impl Request {
    async fn read(
        (tenant, job): (String, String),
        posted: Posted,
        form: &Form,
    ) -> Result<Self, Answered> {
        let page = Address::Job {
            tenant: &tenant,
            job: &job,
        }
        .to_string();
        let actor = posted.member(&tenant, &page, form).await?;
        posted.first(&page).await?;
        let Ok(id) = job.parse() else {
            return Err(posted.not_found().await.into());
        };
        Ok(Self {
            posted,
            actor,
            tenant,
            id,
            page,
        })
    }

    async fn failed(&self, form: &Form, error: JobError) -> Result<Response, Answered> {
        let posted = &self.posted;
        Ok(match error {
            JobError::NotFound => posted.not_found().await,
            JobError::Forbidden(_) => posted.forbidden(&self.page, form).await,
            JobError::Internal(fault) => return Err(fault.into()),
            JobError::Refused(why) => {
                let errors = vec![FieldError::new("", why)];
                posted.rerender_with_errors(&self.page, form, errors).await
            }
        })
    }
}

/// Stops a job.
pub async fn stop(Path(path): JobPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &STOP).await?;
    match jobs::stop(&request.actor, request.id).await {
        Ok(()) => {
            let outcome = FormOutcome::JobStopped;
            request.posted.done(&request.page, outcome).await
        }
        Err(error) => request.failed(&STOP, error).await,
    }
}

/// Starts a job with the accounts that failed.
pub async fn retry(Path(path): JobPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &RETRY).await?;
    match jobs::retry(&request.actor, request.id).await {
        Ok(id) => started(&request.posted, &request.tenant, id).await,
        Err(error) => request.failed(&RETRY, error).await,
    }
}

/// Starts a job that takes this one back.
pub async fn undo(Path(path): JobPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &UNDO).await?;
    match jobs::undo(&request.actor, request.id).await {
        Ok(id) => started(&request.posted, &request.tenant, id).await,
        Err(error) => request.failed(&UNDO, error).await,
    }
}

/// Sends the file of an export, part by part.
pub async fn file(Path(path): JobPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &FILE).await?;
    let file = match jobs::file(&request.actor, request.id).await {
        Ok(file) => file,
        Err(error) => return request.failed(&FILE, error).await,
    };
    let slug = &request.actor.tenant_slug;
    let about = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"accounts-{slug}.csv\""),
        ),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let parts = futures::stream::unfold(file, |mut file: JobFile| async {
        let part = file.next().await?;
        Some((Ok::<_, Infallible>(part), file))
    });
    Ok((about, Body::from_stream(parts)).into_response())
}
