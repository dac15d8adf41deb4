//! `/t/{tenant}/jobs`: bulk jobs, the newest first.

use super::{PageError, PageParams, job_words, outcome, show};
use crate::{
    address::{Address, escape},
    components::{
        Badge, Crumb, Empty, Glyph, LinkButton, LoadFailed, NavItem, PageHead, Panel, TimeTag,
    },
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::time::Timestamp;
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    core::input::Field,
    jobs::{self, Job, JobPage, ListJobsError},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    after: Field<String>,
}

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let after = address.query::<Parameters>().after.parsed();
    let page = match jobs::list(&actor, after).await {
        Ok(page) => Some(page),
        Err(ListJobsError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(error) => {
            tracing::error!(%error, "the jobs could not be loaded");
            None
        }
    };
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        first: after.is_none(),
        page,
    };
    let said = outcome::outcome(context.outcome.as_ref(), &FormState::default());
    let tenant = &data.tenant;
    let here = match after {
        Some(after) => format!("{}?after={after}", Address::Jobs { tenant }),
        None => Address::Jobs { tenant }.to_string(),
    };
    let live = view! {
        <Live stream=Address::Live { tenant }.to_string() page=here connection="jobs".to_owned()/>
    }
    .into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Jobs" live=live>
            {said}
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    /// Whether it is the first page.
    pub first: bool,
    /// `None` if it couldn't be loaded.
    pub page: Option<JobPage>,
}

pub(super) fn view(data: &Data) -> AnyView {
    let tenant = &data.tenant;
    let crumbs = vec![Crumb::new(
        "Accounts",
        Address::Accounts { tenant }.to_string(),
    )];
    let body = match &data.page {
        None => view! {
            <LoadFailed
                what="The jobs couldn’t be loaded."
                why="The database didn’t answer as it should. Jobs that are at work go on."
                retry=Address::Jobs { tenant }.to_string()
            />
        }
        .into_any(),
        Some(page) if page.rows.is_empty() => {
            let action = view! {
                <LinkButton href=Address::Accounts { tenant }.to_string()>"Choose accounts"</LinkButton>
            };
            view! {
                <Empty icon=Glyph::Accounts title="No jobs" action=action.into_any()>
                    <p>"Tick accounts in their list to check, tag, assign or export many at once."</p>
                </Empty>
            }
            .into_any()
        }
        Some(page) => table(data, page),
    };
    view! {
        <PageHead
            title="Jobs"
            crumbs
            lead="What is done with many accounts at once. A job goes on when you leave, and is kept for 30 days."
        />
        <div data-live="jobs">{body}</div>
    }
    .into_any()
}

fn table(data: &Data, page: &JobPage) -> AnyView {
    let rows = page.rows.iter().map(|job| row(data, job)).collect_view();
    view! {
        <Panel id="all-jobs" title="Newest first">
            <div class="table-wrap">
                <table class="table cards">
                    <caption class="sr">"Bulk jobs, the newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Accounts"</th>
                            <th scope="col">"Started"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Panel>
        {pager(data, page)}
    }
    .into_any()
}

fn row(data: &Data, job: &Job) -> AnyView {
    let id = job.id.to_string();
    let tenant = &data.tenant;
    let (word, icon, health) = job_words::state(job);
    let by = job
        .by
        .clone()
        .unwrap_or_else(|| "somebody who is gone".into());
    let failed = (job.failed > 0).then(|| format!("{} failed", job.failed));
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=Address::Job { tenant, job: &id }.to_string()>
                    {job_words::title(job)}
                </a>
                <span class="sub">{format!("by {by}")}</span>
            </th>
            <td data-label="State">
                <Badge icon health>
                    {word}
                </Badge>
            </td>
            <td data-label="Accounts">
                {format!("{} of {}", job.over(), job.total)}
                {failed.map(|failed| view! { <span class="sub">{format!(" {failed}")}</span> })}
            </td>
            <td data-label="Started">
                <TimeTag at=job.created_at now=data.now/>
            </td>
        </tr>
    }
    .into_any()
}

fn pager(data: &Data, page: &JobPage) -> Option<AnyView> {
    let base = Address::Jobs {
        tenant: &data.tenant,
    }
    .to_string();
    if data.first && page.next.is_none() {
        return None;
    }
    let first = (!data.first).then(|| base.clone());
    let next = page
        .next
        .map(|next| format!("{base}?after={}", escape(&next.to_string())));
    Some(
        view! {
            <nav class="pages" aria-label="Pages of jobs">
                <span>{format!("{} shown", page.rows.len())}</span>
                <span class="actions">
                    {first
                        .map(|href| {
                            view! {
                                <a class="button" data-size="small" href=href rel="first">
                                    "First page"
                                </a>
                            }
                        })}
                    {next
                        .map(|href| {
                            view! {
                                <a class="button" data-size="small" href=href rel="next">
                                    "Next"
                                </a>
                            }
                        })}
                </span>
            </nav>
        }
        .into_any(),
    )
}
