//! `/t/{tenant}`: the accounts that need a person.

use super::{
    PageError, PageParams,
    accounts::Counts,
    accounts_notices::{self, Notice},
    counted::counted,
    getting_started::{self, Progress},
    history::{self, DaysQuery},
    overview_notices, panel,
    row_action::{May, account_href, row_action, tenant_home},
    show,
};
use crate::{
    address::Address,
    components::{
        Empty, Glyph, HealthBadge, Kind, Ledger, LedgerRow, LinkButton, Moment, NavItem, PageHead,
        Panel, PanelFailed, Size, Step, Steps, TimeTag,
    },
    context::PageContext,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    health::Health,
    health_days::Days,
    health_words::app_fault,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use service::{
    apps::App,
    connections::{
        by_account::ListedAccount,
        history::{self as kept_history, TenantHistory},
        links::{LinkState, OutstandingLink},
        overview,
        row::AccountRow,
    },
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Overview).await;
    let days = address.query::<DaysQuery>().days();
    let loaded = panel("overview", overview::overview(&actor).await);
    let tenant = actor.tenant_slug.to_string();
    let counts = Counts::of(around.accounts.as_ref(), around.apps.as_deref(), None);
    let nothing_yet = counts.as_ref().is_some_and(|counts| counts.total == 0);
    let body = if nothing_yet {
        getting_started::view(&Progress {
            tenant: tenant.clone(),
            app: around
                .apps
                .iter()
                .flatten()
                .next()
                .map(|row| row.app.clone()),
            install_url: around
                .apps
                .iter()
                .flatten()
                .next()
                .map(|row| context.services.config.install_url(row.app.id)),
            redirect_uri: around
                .apps
                .iter()
                .flatten()
                .next()
                .map(|row| context.services.config.redirect_uri(row.app.id)),
            may: May::of(&actor),
        })
    } else {
        view(&Data {
            days,
            history: panel("history", kept_history::of_tenant(&actor, days).await),
            tenant: tenant.clone(),
            now: context.services.now(),
            may: May::of(&actor),
            faulty: around
                .apps
                .iter()
                .flatten()
                .filter(|r| r.app.credentials.fault.is_some())
                .map(|r| (r.app.clone(), r.counts.total()))
                .collect(),
            notices: accounts_notices::of(around.apps.as_deref().unwrap_or_default()),
            counts,
            need_you: around.frame.need_you,
            too_high: loaded.as_ref().and_then(|o| o.too_high),
            clock_ahead: loaded.as_ref().and_then(|o| o.clock_ahead),
            lists: loaded.map(|o| (o.need, o.links)),
        })
    };
    // As it was asked for.
    let page = history::with_days(&tenant_home(&tenant), days);
    let stream = Address::Live { tenant: &tenant }.to_string();
    let live = view! { <Live stream page connection=String::new()/> }.into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Overview" live=live>
            {body}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    pub may: May,
    /// Apps whose credentials Gorgias refuses, and how many accounts each has.
    pub faulty: Vec<(App, u64)>,
    /// How many accounts are in which state.
    pub counts: Option<Counts>,
    /// What an app or the time decides.
    pub notices: Vec<Notice>,
    /// How many accounts need a person.
    pub need_you: u64,
    /// How many percent of the rate all checks need, if that is too much.
    pub too_high: Option<u64>,
    pub clock_ahead: Option<Span>,
    /// How many days the history has.
    pub days: Days,
    /// `None` if it couldn't be loaded.
    pub history: Option<TenantHistory>,
    /// The accounts that need a person, and the links not used yet.
    pub lists: Option<(Vec<ListedAccount>, Vec<OutstandingLink>)>,
}

fn accounts(n: u64) -> String {
    counted(n, "account", "accounts")
}

impl Data {
    fn total(&self) -> u64 {
        self.counts.as_ref().map_or(0, |counts| counts.total)
    }

    fn title(&self) -> String {
        match self.need_you {
            _ if self.counts.is_none() => "Overview".into(),
            0 => "Nothing needs you".into(),
            1 => "1 account needs you".into(),
            n => format!("{n} accounts need you"),
        }
    }

    fn lead(&self) -> Option<String> {
        let counts = self.counts.as_ref()?;
        let total = counts.total;
        let fine = counts.get(Health::Working);
        let waiting = counts.get(Health::NotConnected);
        let waiting = match waiting {
            0 => String::new(),
            1 => "1 more waits for its customer. ".into(),
            n => format!("{n} more wait for their customers. "),
        };
        Some(format!("{waiting}{fine} of {total} work."))
    }

    /// The address at which the first problem is solved.
    fn first(&self) -> Option<String> {
        if let Some((app, _)) = self.faulty.first() {
            let app = app.slug.as_str();
            return Some(
                Address::App {
                    tenant: &self.tenant,
                    app,
                }
                .to_string(),
            );
        }
        let row = self.lists.as_ref()?.0.first()?.connections.first()?;
        Some(account_href(
            &self.tenant,
            row.app_slug.as_str(),
            row.subdomain.as_str(),
        ))
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let all = Address::Accounts {
        tenant: &data.tenant,
    };
    let actions = match data.first() {
        Some(href) => view! {
            <LinkButton href kind=Kind::Primary>
                "Fix the first one"
            </LinkButton>
        }
        .into_any(),
        None => view! { <LinkButton href=all.to_string()>"All accounts"</LinkButton> }.into_any(),
    };
    view! {
        <PageHead title=data.title() lead=data.lead() actions/>
        {data.too_high.filter(|_| data.may.manage_apps).map(overview_notices::too_high)}
        {data.clock_ahead.filter(|_| data.may.manage_apps).map(overview_notices::clock_ahead)}
        <div class="split">
            <div>{needs(data)} <div data-live="days">{over_days(data)}</div></div>
            <div>{states(data)} {links(data)}</div>
        </div>
    }
    .into_any()
}

fn failed(id: &str, title: &str, what: &str, home: &str) -> AnyView {
    view! {
        <PanelFailed
            id=id.to_owned()
            title=title.to_owned()
            what=what.to_owned()
            why="The database didn’t answer as it should. The rest of this page is current."
            retry=home.to_owned()
        />
    }
    .into_any()
}

fn needs(data: &Data) -> AnyView {
    let home = tenant_home(&data.tenant);
    let Some((need, _)) = &data.lists else {
        return failed(
            "needs",
            "What needs you",
            "This list couldn’t be loaded.",
            &home,
        );
    };
    // An app's setup fault is shown once, and its accounts are left out.
    let rows: Vec<_> = need
        .iter()
        .filter_map(|account| Some((account, account.connections.first()?)))
        .filter(|(_, row)| row.health != Health::SetupFault)
        .collect();
    if rows.is_empty() && data.notices.is_empty() {
        return view! {
            <Panel id="needs" title="What needs you">
                <Empty icon=Glyph::Done title="All quiet">
                    <p>"Every account works, mends itself, or waits for its customer."</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    let footer = view! {
        <span>"Worst first"</span>
        <a href=format!(
            "{}?health=need_you",
            Address::Accounts { tenant: &data.tenant },
        )>"All that need you"</a>
    }
    .into_any();
    view! {
        <section class="panel" aria-labelledby="needs">
            <h2 id="needs" class="sr">
                "What needs you"
            </h2>
            <ol class="rows needs" role="list" data-live="needs">
                {data.faulty.iter().map(|(app, n)| faulty_app(data, app, *n)).collect_view()}
                {unchecked(data)}
                {rows.into_iter().map(|(account, row)| need_row(data, account, row)).collect_view()}
            </ol>
            <footer>{footer}</footer>
        </section>
    }
    .into_any()
}

fn faulty_app(data: &Data, app: &App, n: u64) -> AnyView {
    let href = Address::App {
        tenant: &data.tenant,
        app: app.slug.as_str(),
    }
    .to_string();
    view! {
        <li>
            <HealthBadge health=Health::SetupFault/>
            <div>
                <a class="name" href=href.clone()>
                    {app.name.clone()}
                </a>
                " "
                <span class="sub">{format!("app · {}", accounts(n))}</span>
                <p>{app_fault(app.credentials.in_doubt())}</p>
            </div>
            {app.credentials.rejected_since().map(|at| view! { <TimeTag at now=data.now/> })}
            <LinkButton href size=Size::Small about=app.name.clone()>
                "Open app"
            </LinkButton>
        </li>
    }
    .into_any()
}

/// Overdue checks are one line, however many accounts they are of.
fn unchecked(data: &Data) -> Option<AnyView> {
    let n = data.notices.iter().find_map(|notice| match notice {
        Notice::Unchecked(n) => Some(*n),
        Notice::SetupFault { .. } | Notice::RefusedLong(_) => None,
    })?;
    let accounts = Address::Accounts {
        tenant: &data.tenant,
    };
    let href = format!("{accounts}?health={}", Health::Unchecked.code());
    Some(
        view! {
            <li>
                <HealthBadge health=Health::Unchecked/>
                <div>
                    <a class="name" href=href.clone()>
                        {counted(n, "check is overdue", "checks are overdue")}
                    </a>
                    <p>"The last check of these accounts is too long ago. We can’t vouch for them."</p>
                </div>
                <span></span>
                <LinkButton href size=Size::Small>
                    "Show them"
                </LinkButton>
            </li>
        }
        .into_any(),
    )
}

fn need_row(data: &Data, account: &ListedAccount, row: &AccountRow) -> AnyView {
    view! {
        <li>
            <HealthBadge health=row.health/>
            <div>
                <a class="name" href=account_href(&data.tenant, row.app_slug.as_str(), row.subdomain.as_str())>
                    {account.customer.title().to_owned()}
                </a>
                " "
                <span class="sub">{row.app_name.clone()}</span>
                <p>{row.explanation.reason.clone()}</p>
            </div>
            <TimeTag at=row.health_since now=data.now/>
            {row_action(&data.tenant, row, data.may)}
        </li>
    }
    .into_any()
}

fn over_days(data: &Data) -> AnyView {
    let shares = data.history.iter().flat_map(|history| &history.apps);
    let shares = shares.map(|app| (app.name.clone(), app.history.healthy.permille()));
    history::panels(
        data.history.as_ref().map(|history| &history.all),
        &shares.collect(),
        data.days,
        &tenant_home(&data.tenant),
    )
}

fn states(data: &Data) -> AnyView {
    let home = tenant_home(&data.tenant);
    let Some(counts) = &data.counts else {
        return failed(
            "states",
            "Accounts by state",
            "The counts couldn’t be loaded.",
            &home,
        );
    };
    let all = Address::Accounts {
        tenant: &data.tenant,
    };
    let rows = counts
        .states
        .iter()
        .map(|(health, n)| LedgerRow {
            href: format!("{all}?health={}", health.code()),
            health: *health,
            icon: Glyph::from(*health),
            label: health.label().into(),
            count: n.to_string(),
        })
        .collect();
    let aside = view! { <span class="sub">{accounts(data.total())}</span> }.into_any();
    let body = view! {
        <div data-live="states">
            <Ledger rows/>
        </div>
    }
    .into_any();
    view! {
        <Panel id="states" title="Accounts by state" aside>
            {body}
        </Panel>
    }
    .into_any()
}

fn links(data: &Data) -> AnyView {
    let home = tenant_home(&data.tenant);
    let Some((_, links)) = &data.lists else {
        return failed(
            "links",
            "Links on their way",
            "The links couldn’t be loaded.",
            &home,
        );
    };
    if links.is_empty() {
        return view! {
            <Panel id="links" title="Links on their way">
                <Empty icon=Glyph::Link title="None">
                    <p>"Reconnect links that were made and not used yet appear here."</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    let body = view! {
        <ul class="rows" role="list" data-live="links">
            {links
                .iter()
                .map(|l| {
                    let href = account_href(&data.tenant, l.app_slug.as_str(), l.subdomain.as_str());
                    view! {
                        <li>
                            <span>
                                <a class="name" href=href>
                                    {l.subdomain.to_string()}
                                </a>
                                " "
                                <span class="sub">{l.app_name.clone()}</span>
                            </span>
                            <Steps steps=link_steps(l.link.state, l.link.created_at, data.now)/>
                            <span class="sub">"Expires " <Moment at=l.link.expires_at/></span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any();
    view! {
        <Panel id="links" title="Links on their way">
            {body}
        </Panel>
    }
    .into_any()
}

/// The progress of a link, as steps.
pub(super) fn link_steps(state: LinkState, made: Timestamp, now: Timestamp) -> Vec<Step> {
    let sent = Step::done(format!("Made {}", made.relative(now)));
    let (opened, approved) = (|| Step::done("Opened"), || Step::open("Approved"));
    match state {
        LinkState::Sent => vec![sent, Step::open("Opened"), approved()],
        LinkState::Opened => vec![sent, opened(), approved()],
        LinkState::Started => vec![sent, opened(), Step::done("At Gorgias"), approved()],
        LinkState::Approved => vec![sent, opened(), Step::done("Approved")],
        LinkState::Expired => vec![sent, Step::ended("Expired")],
        LinkState::Revoked => vec![sent, Step::ended("Withdrawn")],
    }
}
