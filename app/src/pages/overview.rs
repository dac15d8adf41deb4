//! `/t/{tenant}`: the accounts that need a person.

use super::{
    PageError, PageParams,
    accounts::Counts,
    accounts_filter::{NOBODY, SNOOZED},
    accounts_notices::{self, Notice},
    counted::{counted, in_state},
    getting_started::{self, Progress},
    history::{self, DaysQuery},
    outcome,
    overview_links::links,
    overview_needs::needs,
    overview_notices, panel,
    row_action::{May, account_href, tenant_home},
    show,
};
use crate::{
    address::Address,
    components::{
        Button, FormKey, Glyph, Kind, Ledger, LedgerRow, LinkButton, NavItem, PageHead, Panel,
        PanelFailed, Tab, Tabs,
    },
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    health::Health,
    health_days::Days,
    ids::PersonId,
    job::JobAction,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    apps::App,
    connections::{
        by_account::{ListedAccount, LookedAfter},
        history::{self as kept_history, TenantHistory},
        links::AccountLink,
        overview,
    },
    core::input::Field,
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// Whose accounts the list of what needs somebody has: `yours` or `nobody`.
    whose: Field<String>,
}

/// The value of `whose` for the reader's own accounts.
const YOURS: &str = "yours";

/// The address of the overview with this list.
pub(super) fn address_of(tenant: &str, whose: Option<LookedAfter>) -> String {
    let home = tenant_home(tenant);
    match whose {
        None => home,
        Some(LookedAfter::ByNobody) => format!("{home}?whose={NOBODY}"),
        Some(LookedAfter::By(_)) => format!("{home}?whose={YOURS}"),
    }
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Overview).await;
    let days = address.query::<DaysQuery>().days();
    let me = actor.person();
    let whose = match (address.query::<Query>().whose.given(), me) {
        (Some(NOBODY), _) => Some(LookedAfter::ByNobody),
        (Some(YOURS), Some(me)) => Some(LookedAfter::By(me)),
        _ => None,
    };
    let loaded = panel("overview", overview::overview(&actor, whose).await);
    let tenant = actor.tenant_slug.to_string();
    let counts = Counts::of(&around, me);
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
            me,
            whose,
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
    let page = history::with_days(&address_of(&tenant, whose), days);
    let said = outcome::outcome(context.outcome.as_ref(), &FormState::default());
    let stream = Address::Live { tenant: &tenant }.to_string();
    let live = view! { <Live stream page connection=String::new()/> }.into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Overview" live=live>
            {said}
            {body}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    pub may: May,
    /// The reader.
    pub me: Option<PersonId>,
    /// Whose accounts the list has; `None` for everybody's.
    pub whose: Option<LookedAfter>,
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
    pub lists: Option<(Vec<ListedAccount>, Vec<AccountLink>)>,
}

pub(super) fn accounts(n: u64) -> String {
    counted(n, "account", "accounts")
}

impl Data {
    fn total(&self) -> u64 {
        self.counts.as_ref().map_or(0, |counts| counts.total)
    }

    fn title(&self) -> String {
        match self.need_you {
            _ if self.counts.is_none() => "Overview".into(),
            0 => "Nobody needs you".into(),
            // A notice is of many accounts, or of none.
            1 if self.notices.is_empty() => "1 account needs you".into(),
            n if self.notices.is_empty() => format!("{n} accounts need you"),
            1 => "1 thing needs you".into(),
            n => format!("{n} things need you"),
        }
    }

    fn lead(&self) -> Option<String> {
        let counts = self.counts.as_ref()?;
        let total = counts.total;
        let fine = counts.fine();
        let waiting = counts.get(Health::NotConnected);
        let yours = match counts.yours {
            None | Some(0) => String::new(),
            Some(1) => "1 is yours. ".into(),
            Some(n) => format!("{n} are yours. "),
        };
        let waiting = match waiting {
            0 => String::new(),
            1 => "1 more waits for its customer. ".into(),
            n => format!("{n} more wait for their customers. "),
        };
        let snoozed = match counts.snoozed {
            0 => String::new(),
            n => format!("{}. ", counted(n, "is snoozed", "are snoozed")),
        };
        Some(format!("{yours}{waiting}{snoozed}{fine} of {total} work."))
    }

    /// The address at which the first problem is solved.
    fn first(&self) -> Option<String> {
        if let Some((app, _)) = self.faulty.first().filter(|_| self.whose.is_none()) {
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

/// The button that checks every account; nothing has to be ticked for it.
fn check_all(data: &Data) -> Option<AnyView> {
    let tenant = &data.tenant;
    (data.may.check && data.total() > 0).then(|| {
        view! {
            <form method="post" action=Address::Jobs { tenant }.to_string()>
                <FormKey/>
                <input type="hidden" name="all" value="on"/>
                <Button icon=Glyph::Retrying name="action" value=JobAction::Check.code()>
                    "Check all now"
                </Button>
            </form>
        }
        .into_any()
    })
}

pub(super) fn view(data: &Data) -> AnyView {
    let all = Address::Accounts {
        tenant: &data.tenant,
    };
    let main = match data.first() {
        Some(href) => view! {
            <LinkButton href kind=Kind::Primary>
                "Fix the first one"
            </LinkButton>
        }
        .into_any(),
        None => view! { <LinkButton href=all.to_string()>"All accounts"</LinkButton> }.into_any(),
    };
    let actions = view! {
        {check_all(data)}
        {main}
    }
    .into_any();
    view! {
        <PageHead title=data.title() lead=data.lead() actions/>
        {data.too_high.filter(|_| data.may.manage_apps).map(overview_notices::too_high)}
        {data.clock_ahead.filter(|_| data.may.manage_apps).map(overview_notices::clock_ahead)}
        {whose(data)}
        <div class="split">
            <div>{needs(data)} <div data-live="days">{over_days(data)}</div></div>
            <div>{states(data)} {links(data)}</div>
        </div>
    }
    .into_any()
}

/// Whose accounts the list has.
fn whose(data: &Data) -> Option<AnyView> {
    let counts = data.counts.as_ref()?;
    let tab = |label, whose, count| {
        let mut tab = Tab::new(label, address_of(&data.tenant, whose)).current(data.whose == whose);
        tab.count = count;
        tab
    };
    let mine = data.me.map(LookedAfter::By);
    let yours = mine.map(|mine| tab("Yours", Some(mine), counts.yours));
    let snoozed = format!(
        "{}?health={SNOOZED}",
        Address::Accounts {
            tenant: &data.tenant
        }
    );
    let rest = [
        tab("The team’s", None, Some(data.need_you)),
        tab("Nobody’s", Some(LookedAfter::ByNobody), counts.nobodys),
        Tab::new("Snoozed", snoozed).count(counts.snoozed),
    ];
    let items = yours.into_iter().chain(rest).collect();
    Some(view! { <Tabs label="Whose" items/> }.into_any())
}

pub(super) fn failed(id: &str, title: &str, what: &str, home: &str) -> AnyView {
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

fn over_days(data: &Data) -> AnyView {
    let shares = data.history.iter().flat_map(|history| &history.apps);
    let shares = shares.map(|app| (app.name.clone(), app.history.healthy.permille()));
    history::panels(
        data.history.as_ref().map(|history| &history.all),
        &shares.collect(),
        data.days,
        &address_of(&data.tenant, data.whose),
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
            count: in_state(*health, *n),
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
