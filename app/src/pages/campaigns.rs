//! `/t/{tenant}/campaigns`: links for many accounts, followed until everybody approved.

use super::{PageError, PageParams, campaign, counted::counted, outcome, row_action::May, show};
use crate::{
    address::Address,
    components::{
        CardTable, Empty, Glyph, HealthBadge, Kind, LinkButton, Moment, NavItem, PageHead,
    },
    context::PageContext,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{health::Health, ids::CampaignId};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    campaigns::{self, Campaign, CampaignPage, CampaignState},
    core::input::Field,
};

/// How many campaigns a page shows.
const ROWS: u64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The page begins after this campaign.
    after: Field<String>,
}

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let after = address.query::<Query>().after.parsed::<CampaignId>();
    let page = campaigns::all(&actor, after, ROWS).await;
    let page = page.map_err(campaign::from)?;
    let around = page_chrome(&context, &actor, NavItem::Campaigns).await;
    let said = outcome::outcome(
        context.outcome.as_ref(),
        &context.form.clone().unwrap_or_default(),
    );
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        may: May::of(&actor),
        first: after.is_none(),
        page,
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Campaigns">
            {view(&data, said)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    /// Whether it is the first page.
    pub first: bool,
    pub page: CampaignPage,
}

/// What a campaign does now, with its colour.
pub(super) fn state(campaign: &Campaign) -> AnyView {
    let words = match campaign.state {
        CampaignState::HeldBack => {
            return view! { <HealthBadge health=Health::SetupFault/> }.into_any();
        }
        CampaignState::Running => "Running",
        CampaignState::Paused => "Paused",
        CampaignState::Ended => "Ended",
    };
    view! { <span class="badge">{words}</span> }.into_any()
}

pub(super) fn view(data: &Data, outcome: Option<AnyView>) -> AnyView {
    let tenant = data.tenant.as_str();
    let all = &data.page.rows;
    let new = Address::NewCampaign { tenant }.to_string();
    let begin = || {
        data.may.edit_customers.then(|| {
            view! {
                <LinkButton href=new.clone() kind=Kind::Primary icon=Glyph::Plus>
                    "New campaign"
                </LinkButton>
            }
        })
    };
    let lead = "One link for each of many accounts, followed until everybody has approved.";
    if all.is_empty() && data.first {
        return view! {
            <PageHead title="Campaigns" lead/>
            {outcome}
            <Empty icon=Glyph::Send title="No campaign yet" action=begin().into_any()>
                <p>"A campaign mails a link to each account that is disconnected or lacks permissions, reminds once, and shows who approved."</p>
            </Empty>
        }
        .into_any();
    }
    if all.is_empty() {
        return view! {
            <PageHead title="Campaigns" lead actions=begin().into_any()/>
            {outcome}
            <Empty icon=Glyph::Send title="No older campaigns"/>
            {pager(data)}
        }
        .into_any();
    }
    let rows = all
        .iter()
        .map(|campaign| row(tenant, campaign))
        .collect_view();
    view! {
        <PageHead title="Campaigns" lead actions=begin().into_any()/>
        {outcome}
        <CardTable
            caption="Campaigns, the newest first"
            columns=&["Campaign", "Approved", "State", "Ends"]
            rows=rows.into_any()
        />
        {pager(data)}
    }
    .into_any()
}

fn pager(data: &Data) -> Option<AnyView> {
    let base = Address::Campaigns {
        tenant: &data.tenant,
    }
    .to_string();
    let first = (!data.first).then(|| base.clone());
    let older = data.page.next.map(|next| format!("{base}?after={next}"));
    if first.is_none() && older.is_none() {
        return None;
    }
    Some(
        view! {
            <nav class="pages" aria-label="Pages of campaigns">
                <span>{format!("{} shown", data.page.rows.len())}</span>
                <span class="actions">
                    {first
                        .map(|href| {
                            view! {
                                <a class="button" data-size="small" href=href rel="first">
                                    "First page"
                                </a>
                            }
                        })}
                    {older
                        .map(|href| {
                            view! {
                                <a class="button" data-size="small" href=href rel="next">
                                    "Older campaigns"
                                </a>
                            }
                        })}
                </span>
            </nav>
        }
        .into_any(),
    )
}

fn row(tenant: &str, campaign: &Campaign) -> AnyView {
    let href = Address::Campaign {
        tenant,
        id: &campaign.id.to_string(),
    }
    .to_string();
    let (_, app) = campaign.app.clone();
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=href>
                    {campaign.name.clone()}
                </a>
                " "
                <span class="sub">{format!("{app} · by {}", campaign.created_by)}</span>
            </th>
            <td data-label="Approved">
                {match campaign.is_looking() {
                    true => of(campaign),
                    false => format!("{} of {}", campaign.funnel.approved(), of(campaign)),
                }}
            </td>
            <td data-label="State">{state(campaign)}</td>
            <td data-label="Ends">
                <Moment at=campaign.ends_at/>
            </td>
        </tr>
    }
    .into_any()
}

/// How many accounts the campaign has.
pub(super) fn of(campaign: &Campaign) -> String {
    let n = campaign.funnel.chosen();
    if campaign.is_looking() {
        return "Looking for accounts".to_owned();
    }
    let more = if campaign.complete { "" } else { " or more" };
    format!("{}{more}", counted(n, "account", "accounts"))
}
