//! `/t/{tenant}/accounts/{app}/{subdomain}`: one account, its state and the one thing to do.

use super::{
    PageError, PageParams,
    account_customer::{self, CustomerData, CustomerPanel},
    account_facts::facts,
    account_follow_up::{self, Open},
    account_head::head,
    account_panels::{links_panel, permissions, timeline, tokens},
    account_tabs,
    history::{self, DaysQuery},
    outcome, panel,
    row_action::{May, account_href, main_action},
    send_link, show,
    snooze_form::snoozed_words,
};
use crate::{
    address::Address,
    components::{Moment, NavItem, Outcome, Reason},
    context::PageContext,
    csp,
    form_outcome::{FormOutcome, MadeLink, ShownOutcome},
    form_state::FormState,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    account_days::AccountDays,
    event::Happening,
    health::Health,
    health_days::Days,
    health_words::NextStep,
    ids::{EventId, PersonId},
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    connections::{
        events::{self, TimelineEntry},
        history::of_connection,
        links::{self, LinkRow, LinkWords},
        row::AccountRow,
        show::{self as account, Account},
    },
    core::input::Field,
    mail,
};

/// How many entries of the timeline a page shows.
const ENTRIES: u64 = 30;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The timeline continues after this event, with older ones.
    before: Field<String>,
    /// “new” opens the form for a reconnect link; “track” shows how far the newest one is.
    link: Field<String>,
    /// “edit” opens the form for what is known of the customer.
    customer: Field<String>,
    /// “new” opens the form that snoozes the account.
    snooze: Field<String>,
    /// “new” opens the form that says who looks after it.
    assign: Field<String>,
}

/// The account that an address names.
pub(super) async fn find(
    actor: &service::Actor,
    address: &PageParams,
) -> Result<Account, PageError> {
    let subdomain: Subdomain = address
        .part("subdomain")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    account::show(actor, address.part("app"), &subdomain)
        .await?
        .ok_or(PageError::NotFound)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let account = find(&actor, &address).await?;
    let connections = account::of_account(&actor, &account.row.subdomain).await;
    let query = address.query::<Query>();
    let before = query.before.parsed::<EventId>();
    let timeline = events::of_connection(&actor, account.row.id, before, ENTRIES + 1).await;
    let links = links::of_connection(&actor, account.row.id).await;
    let form = context.form.clone().unwrap_or_default();
    let edited = query.customer.given() == Some("edit") || form.action == "customer";
    let follow_up = match form.action {
        "snooze" => Open::Snooze,
        "look_after" => Open::Assign,
        _ if query.snooze.given() == Some("new") => Open::Snooze,
        _ if query.assign.given() == Some("new") => Open::Assign,
        _ => Open::Nothing,
    };
    let assigned = follow_up == Open::Assign;
    let customer = account_customer::load(&actor, &account.row.subdomain, edited, assigned).await;
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let may = May::of(&actor);
    if may.authorize {
        csp::forms_to_gorgias(&context);
    }
    let days = address.query::<DaysQuery>().days();
    let history = of_connection(&actor, &account.row, account.created_at, days).await;
    let asked = query.link.given() == Some("new") || form.action == "link";
    let customer = panel("customer", customer).flatten();
    let links = panel("links", links);
    let link_words = match asked || context.outcome.is_some() {
        true if may.send_links => {
            let newest = links.as_ref().and_then(|all| all.first());
            let language = send_link::spoken(customer.as_ref(), newest.filter(|_| !asked));
            let row = &account.row;
            let words = links::words(&actor, &row.app_name, &row.subdomain, language).await;
            panel("words of a link", words)
        }
        _ => None,
    };
    let data = Data {
        link_words,
        days,
        history: panel("history", history),
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        may,
        link_life: actor.link_life,
        mail: mail::is_set_up(&context.services),
        at_gorgias: context
            .services
            .config
            .gorgias
            .issuer(&account.row.subdomain),
        timeline: panel("timeline", timeline),
        links,
        before,
        customer,
        me: actor.person(),
        follow_up: Some(follow_up).filter(|open| *open != Open::Nothing),
        form,
        outcome: context.outcome.clone(),
        link_wanted: query.link.given() == Some("new"),
        link_tracked: query.link.given() == Some("track"),
        account,
        apps: around.apps.as_ref().map_or(0, Vec::len),
        connections: panel("connections", connections).unwrap_or_default(),
    };
    let (stream, href) = (
        Address::Live {
            tenant: &data.tenant,
        }
        .to_string(),
        data.href(),
    );
    let connection = data.account.row.id.to_string();
    let title = data.title();
    // As it was asked for.
    let page = history::with_days(&href, days);
    let page = match before {
        Some(before) => format!("{page}&before={before}"),
        None => page,
    };
    let live = view! { <Live stream page connection/> }.into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title live=live>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    pub may: May,
    /// How long a link works if nothing else is said.
    pub link_life: Span,
    /// Whether a link can be mailed.
    pub mail: bool,
    /// The account's address at Gorgias.
    pub at_gorgias: String,
    pub account: Account,
    /// All its connections, this one too; none if they couldn't be loaded.
    pub connections: Vec<AccountRow>,
    /// How many apps the reader sees.
    pub apps: usize,
    /// `None` if it couldn't be loaded.
    pub customer: Option<CustomerData>,
    /// The reader.
    pub me: Option<PersonId>,
    /// The form of the follow-up that is open.
    pub follow_up: Option<Open>,
    /// Newest first, one more than the page shows; `None` if it couldn't be loaded.
    pub timeline: Option<Vec<TimelineEntry>>,
    /// How many days the history has.
    pub days: Days,
    /// `None` if it couldn't be loaded.
    pub history: Option<AccountDays>,
    /// `None` if they couldn't be loaded.
    pub links: Option<Vec<LinkRow>>,
    /// The entry before which the timeline begins; `None` if it shows the newest.
    pub before: Option<EventId>,
    pub form: FormState,
    pub outcome: Option<ShownOutcome>,
    /// What the mail of a link says, if the form for one is open.
    pub link_words: Option<LinkWords>,
    /// Whether the form for a new link is open.
    pub link_wanted: bool,
    /// Whether it is shown how far the newest link is.
    pub link_tracked: bool,
}

impl Data {
    /// The page's own address.
    pub(super) fn href(&self) -> String {
        account_href(
            &self.tenant,
            self.account.row.app_slug.as_str(),
            self.account.row.subdomain.as_str(),
        )
    }

    fn customer_panel(&self) -> CustomerPanel<'_> {
        let row = &self.account.row;
        let action = Address::Customer {
            tenant: &self.tenant,
            app: row.app_slug.as_str(),
            subdomain: row.subdomain.as_str(),
        };
        CustomerPanel {
            shown: self.customer.as_ref(),
            may_edit: self.may.edit_customers,
            href: self.href(),
            says_owner: false,
            action: action.to_string(),
            form: &self.form,
        }
    }

    /// What people call the account.
    pub(super) fn title(&self) -> String {
        match &self.customer {
            Some(shown) => shown.customer.title().to_owned(),
            None => self.account.row.subdomain.to_string(),
        }
    }

    /// Whether the form for a new link is open, or its result is shown.
    fn link_open(&self) -> bool {
        let made = self.link_made().is_some() || self.link_mailed();
        self.may.send_links
            && (self.link_wanted || self.link_tracked || self.form.action == "link" || made)
    }

    /// Whether a link was mailed just now.
    pub(super) fn link_mailed(&self) -> bool {
        let happened = self.outcome.as_ref().map(|shown| &shown.outcome);
        matches!(happened, Some(FormOutcome::LinkMailed { .. })) && !self.link_wanted
    }

    /// The new link, if the person may make links.
    pub(super) fn link_made(&self) -> Option<MadeLink> {
        self.outcome
            .as_ref()
            .filter(|_| self.may.send_links)
            .and_then(ShownOutcome::link)
    }

    /// The result of the newest check that a person asked for.
    fn last_check(&self) -> Option<(&str, Timestamp)> {
        self.timeline
            .iter()
            .flatten()
            .find_map(|entry| match &entry.happening {
                Happening::Checked { result } => Some((result.as_str(), entry.at)),
                _ => None,
            })
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let link_open = data.link_open();
    // What is being typed isn't replaced by something newer.
    let edited = data
        .customer
        .as_ref()
        .is_some_and(|shown| shown.members.is_some());
    let customer_live = (!edited).then_some("customer");
    let follow_up_live = data.follow_up.is_none().then_some("follow-up");
    view! {
        <div data-live="head">{head(data)}</div>
        <div data-live="tabs">{account_tabs::view(data)}</div>
        {outcome(data)}
        {link_open.then(|| send_link::view(data))}
        <div data-live="reason">{reason(data)}</div>
        <div data-live="facts">{facts(data)}</div>
        <div class="split">
            <div>
                <div data-live="permissions">{permissions(data)}</div>
                <div data-live="timeline">{timeline(data, ENTRIES)}</div>
            </div>
            <div>
                <div data-live=follow_up_live>{account_follow_up::panel(data)}</div>
                <div data-live=customer_live>{account_customer::panel(&data.customer_panel())}</div>
                <div data-live="health-history">{history::account(data.history.as_ref(), data.days, &data.href(), data.now)}</div>
                <div data-live="links">{links_panel(data)}</div>
                <div data-live="tokens">{tokens(data)}</div>
            </div>
        </div>
    }
    .into_any()
}

/// The outcome of the form that led here.
fn outcome(data: &Data) -> Option<AnyView> {
    // The form for a link shows its own outcome.
    if data.form.action == "link" || data.link_made().is_some() || data.link_mailed() {
        return None;
    }
    let happened = data.outcome.as_ref().map(|shown| &shown.outcome);
    match (happened, data.last_check()) {
        (Some(FormOutcome::Checked), Some((result, at))) => {
            let health = match data.account.row.health {
                Health::Working | Health::Limited => Health::Working,
                other => other,
            };
            let result = result.to_owned();
            Some(
                view! {
                    <Outcome health>
                        <b>"Checked: "</b>
                        {format!("{result} ")}
                        <Moment at/>
                    </Outcome>
                }
                .into_any(),
            )
        }
        _ => outcome::outcome(data.outcome.as_ref(), &data.form),
    }
}

fn reason(data: &Data) -> AnyView {
    let row = &data.account.row;
    let e = &row.explanation;
    let beneath = (row.health == Health::SetupFault)
        .then(|| format!("Before that: {}.", row.own_health.label()));
    let failure = data
        .account
        .failure
        .clone()
        .filter(|_| matches!(row.health, Health::Retrying | Health::Unchecked))
        .map(|why| format!("The last attempt: {why}"));
    let lines: Vec<_> = [
        Some(e.detail.clone()).filter(|d| !d.is_empty()),
        beneath,
        failure,
        data.customer
            .as_ref()
            .and_then(|shown| shown.customer.snoozed.as_ref())
            .map(|snoozed| format!("{}.", snoozed_words(snoozed))),
    ]
    .into_iter()
    .flatten()
    .chain(
        (e.next == NextStep::SendLink)
            .then(|| "Once it is approved, this page turns Working by itself.".to_owned()),
    )
    .collect();
    // If the form is open above, its button is the primary one.
    let action = if data.link_open() && matches!(e.next, NextStep::SendLink | NextStep::AddOffline)
    {
        None
    } else {
        main_action(&data.tenant, row, data.may)
    };
    view! {
        <Reason health=row.health title=e.reason.clone() action=action.into_any()>
            {lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        </Reason>
    }
    .into_any()
}
