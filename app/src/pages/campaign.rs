//! `/t/{tenant}/campaigns/{id}`: how far a campaign is, and with whom.

use super::{
    PageError, PageParams,
    campaign_funnel::funnel,
    campaigns::{of, state},
    mail_progress::mail_progress,
    outcome, panel,
    row_action::{May, account_href},
    show,
};
use crate::{
    address::Address,
    components::{
        Callout, CardTable, Crumb, Empty, Glyph, HealthBadge, LinkButton, LoadFailed, Moment,
        NavItem, PageHead, Panel, PostButton, Size, Tab, Tabs, TimeTag,
    },
    context::PageContext,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    campaign::{Stage, Stages},
    health::Health,
    ids::CampaignId,
    subdomain::Subdomain,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    campaigns::{self, Campaign, CampaignAccount, CampaignError, CampaignState, People},
    core::input::Field,
};

/// How many accounts a page shows.
const ROWS: u64 = 50;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// Only accounts at these stages.
    stage: Field<String>,
    /// The page begins after this account.
    after: Field<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let id: CampaignId = address
        .part("id")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let campaign = campaigns::show(&actor, id).await.map_err(from)?;
    let query = address.query::<Query>();
    let stages = query.stage.parsed::<Stages>();
    let after = query.after.parsed::<Subdomain>();
    let people = campaigns::people(&actor, id, stages, after.as_ref(), ROWS).await;
    let around = page_chrome(&context, &actor, NavItem::Campaigns).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        may: May::of(&actor),
        people: match people {
            Err(CampaignError::Internal(fault)) => panel("accounts of a campaign", Err(fault)),
            people => Some(people.map_err(from)?),
        },
        stages,
        campaign,
    };
    let said = outcome::outcome(
        context.outcome.as_ref(),
        &context.form.clone().unwrap_or_default(),
    );
    let title = data.campaign.name.clone();
    let stream = Address::Live {
        tenant: &data.tenant,
    }
    .to_string();
    let live = view! { <Live stream page=data.href() connection=String::new()/> }.into_any();
    let body = view(&data, said);
    Ok(
        view! { <SignedInLayout frame=around.frame title live=live>{body}</SignedInLayout> }
            .into_any(),
    )
}

/// The page of the error.
pub(super) fn from(error: CampaignError) -> PageError {
    match error {
        CampaignError::NotFound => PageError::NotFound,
        CampaignError::Forbidden(forbidden) => forbidden.into(),
        CampaignError::Internal(fault) => fault.into(),
    }
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    pub may: May,
    pub campaign: Campaign,
    /// `None` if they couldn't be loaded.
    pub people: Option<People>,
    /// Only accounts at these stages are shown.
    pub stages: Option<Stages>,
}

impl Data {
    fn href(&self) -> String {
        Address::Campaign {
            tenant: &self.tenant,
            id: &self.campaign.id.to_string(),
        }
        .to_string()
    }
}

pub(super) fn view(data: &Data, said: Option<AnyView>) -> AnyView {
    let all = Address::Campaigns {
        tenant: &data.tenant,
    }
    .to_string();
    let campaign = &data.campaign;
    let (slug, app) = &campaign.app;
    let app_href = Address::App {
        tenant: &data.tenant,
        app: slug.as_str(),
    }
    .to_string();
    let meta = view! {
        <span>{state(campaign)}</span>
        <a href=app_href>{app.clone()}</a>
        <span>{format!("By {}", campaign.created_by)}</span>
        <span>"Ends " <Moment at=campaign.ends_at/></span>
    }
    .into_any();
    view! {
        <PageHead
            title=campaign.name.clone()
            crumbs=vec![Crumb::new("Campaigns", all)]
            meta
            actions=actions(data)
        />
        {said}
        {held_back(data)}
        <section class="panel" aria-labelledby="funnel" data-live="funnel">
            <header>
                <h2 id="funnel">{campaign.audience.label()}</h2>
                <span class="sub">{of(campaign)}</span>
            </header>
            {funnel(campaign)}
            <div class="body">
                <p class="sub">{reminder(campaign)}</p>
            </div>
        </section>
        {people(data)}
    }
    .into_any()
}

fn actions(data: &Data) -> AnyView {
    if !data.may.edit_customers || data.campaign.state == CampaignState::Ended {
        return ().into_any();
    }
    let id = data.campaign.id.to_string();
    let step = |step: &str| {
        Address::CampaignStep {
            tenant: &data.tenant,
            id: &id,
            step,
        }
        .to_string()
    };
    let paused = data.campaign.state == CampaignState::Paused;
    let (to, words) = if paused {
        ("resume", "Resume")
    } else {
        ("pause", "Pause")
    };
    view! {
        <PostButton action=step(to) stay=true>
            {words}
        </PostButton>
        <details class="menu" data-end=true>
            <summary class="button">"End…"</summary>
            <div>
                <p>
                    <b>"No mail leaves any more."</b>
                    <span class="sub">"Links that were sent go on working. It can’t be resumed."</span>
                </p>
                <form method="post" action=step("end")>
                    <button type="submit">"End the campaign"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// Why no mail leaves now.
fn held_back(data: &Data) -> Option<AnyView> {
    let (slug, app) = &data.campaign.app;
    let href = Address::App {
        tenant: &data.tenant,
        app: slug.as_str(),
    }
    .to_string();
    (data.campaign.state == CampaignState::HeldBack).then(|| {
        let action = view! { <a href=href>"Open the app"</a> }.into_any();
        let why = format!(
            " Gorgias refuses the credentials of {app}, so no link could work. It goes on by itself once they are accepted.",
        );
        view! {
            <Callout health=Health::SetupFault action>
                <p>
                    <b>"Mails are held back."</b>
                    {why}
                </p>
            </Callout>
        }
        .into_any()
    })
}

fn reminder(campaign: &Campaign) -> AnyView {
    match campaign.remind_at {
        Some(at) => view! {
            "Who hasn’t approved is reminded once, "
            <Moment at/>
            ", with a new link. Then there is silence."
        }
        .into_any(),
        None => "Nobody is reminded.".into_any(),
    }
}

fn tabs(data: &Data) -> AnyView {
    let here = data.href();
    let funnel = &data.campaign.funnel;
    let everybody = Tab::new("Everybody", here.clone())
        .count(funnel.chosen())
        .current(data.stages.is_none());
    let stages = Stages::ALL.map(|stages| {
        Tab::new(stages.label(), format!("{here}?stage={}", stages.code()))
            .count(funnel.of_stages(stages))
            .current(data.stages == Some(stages))
    });
    let items = std::iter::once(everybody).chain(stages);
    view! { <Tabs label="Accounts of this campaign" items=items.collect()/> }.into_any()
}

fn people(data: &Data) -> AnyView {
    let Some(people) = &data.people else {
        let retry = data.href();
        return view! {
            <Panel id="people" title="Accounts">
                <LoadFailed
                    what="The accounts couldn’t be loaded."
                    why="The database didn’t answer as it should. The rest of this page is current."
                    retry
                />
            </Panel>
        }
        .into_any();
    };
    if people.rows.is_empty() {
        let words = match (data.stages, data.campaign.complete) {
            (Some(_), _) => "No account is here now.",
            (None, true) => "When it began, no account was in this state.",
            (None, false) => "The worker looks for them. In a few seconds they are here.",
        };
        return view! {
            {tabs(data)}
            <Empty icon=Glyph::Accounts title="No accounts">
                <p>{words}</p>
            </Empty>
        }
        .into_any();
    }
    let next = people.next.as_ref().map(|next| {
        let stage = data
            .stages
            .map(|stages| format!("stage={}&", stages.code()));
        let href = format!("{}?{}after={next}", data.href(), stage.unwrap_or_default());
        view! {
            <nav class="pages" aria-label="Pages of accounts">
                <span></span>
                <LinkButton href size=Size::Small>
                    "Next"
                </LinkButton>
            </nav>
        }
    });
    let rows = people.rows.iter().map(|one| row(data, one)).collect_view();
    view! {
        {tabs(data)}
        <CardTable
            caption="Accounts of this campaign"
            columns=&["Account", "Link", "Health now"]
            rows=rows.into_any()
        />
        {next}
    }
    .into_any()
}

/// How far the account is.
fn words(data: &Data, one: &CampaignAccount) -> &'static str {
    let is_over = data.campaign.state == CampaignState::Ended;
    match one.stage {
        Stage::Waiting if is_over => "Never sent",
        stage => stage.label(),
    }
}

fn row(data: &Data, one: &CampaignAccount) -> AnyView {
    let (app, _) = &data.campaign.app;
    let customer = &one.customer;
    let href = account_href(&data.tenant, app.as_str(), customer.subdomain.as_str());
    let to = one.email.clone().unwrap_or_default();
    let sent = one.sent_at.map(|at| view! { <TimeTag at now=data.now/> });
    let reminded = one.reminded_at.map(|at| {
        view! {
            <p class="sub">
                "Reminded "
                <Moment at/>
            </p>
        }
    });
    let contact = match one.stage {
        Stage::NobodyToWriteTo => Some("Add contact"),
        Stage::NotDelivered => Some("Other contact"),
        _ => None,
    };
    let contact = contact.filter(|_| data.may.edit_customers).map(|words| {
        view! {
            <LinkButton
                href=format!("{href}?customer=edit")
                size=Size::Small
                about=customer.title().to_owned()
            >
                {words}
            </LinkButton>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=href.clone()>
                    {customer.title().to_owned()}
                </a>
                " "
                <span class="sub">{to}</span>
            </th>
            <td data-label="Link">
                <p>{words(data, one)} " " {sent}</p>
                {one.mail.as_ref().map(|mail| view! { <p class="sub">{mail_progress(mail)}</p> })}
                {reminded}
                {contact}
            </td>
            <td data-label="Health now">{one.health.map(|health| view! { <HealthBadge health/> })}</td>
        </tr>
    }
    .into_any()
}
