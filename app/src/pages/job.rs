//! `/t/{tenant}/jobs/{job}`: how far a bulk job is, what failed, and what can follow.

use super::{PageError, PageParams, accounts_filter, counted::counted, job_words, outcome, show};
use crate::{
    address::{Address, escape},
    components::{
        Ago, Badge, Crumb, Glyph, Kind, LinkButton, Moment, NavItem, PageHead, Panel, PostButton,
        TimeTag,
    },
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    job::{JobReason, Work},
    subdomain::Subdomain,
    time::Timestamp,
};
use leptos::prelude::*;
use service::jobs::{self, Chosen, FailedAccounts, Job, JobDetails, JobError};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let id = address.part("job").parse();
    let id = id.map_err(|_| PageError::NotFound)?;
    let details = match jobs::show(&actor, id).await {
        Ok(details) => details,
        Err(JobError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(JobError::NotFound | JobError::Refused(_)) => return Err(PageError::NotFound),
        Err(JobError::Internal(error)) => return Err(error.into()),
    };
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        expiry_now: context.services.expiry_now(),
        may: actor.may(details.job.work.action().permission()),
        form: context.form.clone().unwrap_or_default(),
        details,
    };
    let said = outcome::outcome(context.outcome.as_ref(), &data.form);
    let tenant = &data.tenant;
    let live = view! {
        <Live
            stream=Address::Live { tenant }.to_string()
            page=data.here()
            connection="jobs".to_owned()
        />
    }
    .into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Job" live=live>
            {said}
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    /// The present instant for what ends with time.
    pub expiry_now: Timestamp,
    /// Whether the reader may do what the job does.
    pub may: bool,
    pub form: FormState,
    pub details: JobDetails,
}

impl Data {
    fn id(&self) -> String {
        self.details.job.id.to_string()
    }

    fn here(&self) -> String {
        let (tenant, job) = (&self.tenant, &self.id());
        Address::Job { tenant, job }.to_string()
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let (tenant, job) = (&data.tenant, &data.details.job);
    let crumbs = vec![
        Crumb::new("Accounts", Address::Accounts { tenant }.to_string()),
        Crumb::new("Jobs", Address::Jobs { tenant }.to_string()),
    ];
    view! {
        <div data-live="job-head">
            <PageHead title=job_words::title(job) crumbs meta=meta(data)/>
        </div>
        <div data-live="job">{progress(data)}</div>
        <div class="panels" data-live="job-failed">
            {data.details.failed.iter().map(|failed| failed_panel(data, failed)).collect_view()}
        </div>
    }
    .into_any()
}

/// Who started it and when, and how its accounts were chosen.
fn meta(data: &Data) -> AnyView {
    let (tenant, job) = (&data.tenant, &data.details.job);
    let by = job
        .by
        .clone()
        .unwrap_or_else(|| "somebody who is gone".into());
    view! {
        {format!("Started by {by} ")}
        <Ago at=job.created_at now=data.now/>
        " · "
        {chosen(tenant, job)}
    }
    .into_any()
}

fn chosen(tenant: &str, job: &Job) -> AnyView {
    let other = |words: &'static str, id: String| {
        let href = Address::Job { tenant, job: &id }.to_string();
        view! { <a href=href>{words}</a> }.into_any()
    };
    match &job.chosen {
        Chosen::OneByOne => "Accounts that were ticked".into_any(),
        Chosen::Filter(query) => {
            let base = Address::Accounts { tenant }.to_string();
            let href = accounts_filter::href(&base, query);
            let words = if accounts_filter::is_filtered(query) {
                "All accounts that matched a filter"
            } else {
                "All accounts"
            };
            view! { <a href=href>{words}</a> }.into_any()
        }
        Chosen::FailedOf(id) => other("Those that failed in the job before", id.to_string()),
        Chosen::ChangedBy(id) => other("What the job before had changed", id.to_string()),
    }
}

fn progress(data: &Data) -> AnyView {
    let job = &data.details.job;
    let (word, icon, health) = job_words::state(job);
    let aside = view! {
        <Badge icon health>
            {word}
        </Badge>
    }
    .into_any();
    let ended = job.ended_at.map(|at| {
        view! {
            <p class="sub">
                "Ended "
                <TimeTag at now=data.now/>
            </p>
        }
    });
    let changed = (job.done > 0 && job.work.undone_by().is_some()).then(|| {
        let same = job.done.saturating_sub(job.changed);
        let changed = counted(job.changed, "was changed", "were changed");
        format!(
            "{changed}, {}.",
            counted(same, "was so already", "were so already")
        )
    });
    let body = view! {
        <div class="body progress">
            <p role="status">{job_words::how_far(job, data.now)}</p>
            {job_words::bar(job, "progress-bar")}
            {changed.map(|said| view! { <p class="sub">{said}</p> })}
            {ended}
            {actions(data)}
        </div>
    }
    .into_any();
    view! {
        <Panel id="progress" title="Progress" aside>
            {body}
        </Panel>
    }
    .into_any()
}

/// What can follow. The keys of these forms differ each time; a page that replaces them as
/// the job ends loses nothing by that.
fn actions(data: &Data) -> Option<AnyView> {
    let (tenant, job, id) = (&data.tenant, &data.details.job, data.id());
    if !data.may {
        return None;
    }
    if job.is_running() {
        return Some(job_words::stop(tenant, job));
    }
    let file = job.file_until().map(|until| {
        if until <= data.expiry_now {
            return view! { <p class="sub">"The file was removed a day after the export. Start it again for a new one."</p> }
                .into_any();
        }
        view! {
            <PostButton
                action=Address::JobFile { tenant, job: &id }.to_string()
                kind=Kind::Primary
                icon=Glyph::Download
            >
                "Download CSV"
            </PostButton>
            <p class="sub">
                "Kept until "
                <Moment at=until/>
            </p>
        }
        .into_any()
    });
    let again = if job.failed == 1 {
        "Try only that one again"
    } else {
        "Try only those again"
    };
    let retry = data.details.can_retry.then(|| {
        view! {
            <PostButton once=true action=Address::RetryJob { tenant, job: &id }.to_string() icon=Glyph::Retrying>
                {again}
            </PostButton>
        }
    });
    let take_back = format!("Undo for {}", job_words::accounts(job.changed));
    let undo = data.details.can_undo.then(|| {
        view! {
            <PostButton once=true action=Address::UndoJob { tenant, job: &id }.to_string()>
                {take_back}
            </PostButton>
        }
    });
    let followed = data.details.followed_by.map(|next| {
        let next = next.to_string();
        view! {
            <LinkButton href=Address::Job { tenant, job: &next }.to_string() kind=Kind::Quiet>
                "The job that followed"
            </LinkButton>
        }
    });
    Some(view! { <div class="actions">{file} {retry} {undo} {followed}</div> }.into_any())
}

/// The accounts that failed for one reason.
fn failed_panel(data: &Data, failed: &FailedAccounts) -> AnyView {
    let reason = failed.reason;
    let aside = view! { <span class="count">{failed.number}</span> }.into_any();
    let more = failed.number.saturating_sub(failed.accounts.len() as u64);
    let rows = failed
        .accounts
        .iter()
        .map(|(subdomain, title, note)| {
            let href = account(data, reason, subdomain);
            let below = (title.as_str() != subdomain.as_str()).then(|| subdomain.to_string());
            let note = note.clone().filter(|_| reason == JobReason::NoAnswer);
            view! {
                <li>
                    <a href=href>{title.clone()}</a>
                    {below.map(|name| view! { <span class="sub">{format!(" {name}")}</span> })}
                    {note.map(|note| view! { <p class="sub">{note}</p> })}
                </li>
            }
        })
        .collect_view();
    let body = view! {
        <div class="body progress">
            <p>{reason.remedy()}</p>
            <ul role="list" class="lines">
                {rows}
            </ul>
            {(more > 0).then(|| view! { <p class="sub">{format!("And {more} more.")}</p> })}
        </div>
    }
    .into_any();
    view! {
        <Panel id=format!("failed-{}", reason.code()) title=reason.words() aside>
            {body}
        </Panel>
    }
    .into_any()
}

/// Where a failed account leads: one that is connected to nothing, to being connected.
fn account(data: &Data, reason: JobReason, subdomain: &Subdomain) -> String {
    let (tenant, name) = (&data.tenant, subdomain.as_str());
    let is_check = data.details.job.work == Work::Check;
    if is_check && reason == JobReason::NotConnected {
        return format!("{}?account={}", Address::Connect { tenant }, escape(name));
    }
    let subdomain = name;
    Address::AnyAccount { tenant, subdomain }.to_string()
}
