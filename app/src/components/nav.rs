//! The data of the frame, and the navigation made from it.

use super::{Glyph, Icon, Theme};
use crate::address::Address;
use domain::{
    health::Health,
    time::{Span, Timestamp},
};
use leptos::prelude::*;

/// The data of the frame of a signed-in page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The tenant's slug.
    pub tenant_slug: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// All tenants of the person, including this one.
    pub tenants: Vec<TenantLink>,
    /// The person's name.
    pub person_name: String,
    /// The person's e-mail address.
    pub person_email: String,
    /// The name of the person's role in this tenant.
    pub role: String,
    /// How many accounts need a person.
    pub need_you: u64,
    /// How many apps have a setup fault.
    pub faulty_apps: u64,
    /// The state of the background work.
    pub worker: WorkerBeat,
    /// The page's place in the navigation.
    pub current: Option<NavItem>,
    /// Whether the person may make API tokens.
    pub may_manage_tokens: bool,
    /// Whether the person may invite others.
    pub may_manage_members: bool,
    /// Whether the person may see the audit.
    pub may_read_audit: bool,
    /// Whether the person may rotate keys.
    pub may_manage_keys: bool,
    /// Whether the person may change the settings.
    pub may_manage_tenant: bool,
    /// The theme that the browser's cookie asks for.
    pub theme: Theme,
    /// When the page was made.
    pub now: Timestamp,
}

/// One tenant to switch to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantLink {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The person's role there.
    pub note: String,
}

/// The state of the background work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerBeat {
    /// The state as one word.
    pub state: WorkerState,
    /// When it was heard of last.
    pub last: Option<Timestamp>,
    /// Details: "1 of 48 checks overdue".
    pub lines: Vec<String>,
}

/// The state of the background work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkerState {
    /// The heartbeat is recent.
    Fine,
    /// There was no heartbeat for a while.
    Late,
    /// There was never a heartbeat.
    #[default]
    Unknown,
}

impl WorkerState {
    /// The worker counts as late after this long without a heartbeat.
    pub const LATE: Span = Span::minutes(2);

    const fn looks(self) -> (Health, &'static str) {
        match self {
            Self::Fine => (Health::Working, "Worker is fine"),
            Self::Late => (Health::Limited, "Worker is late"),
            Self::Unknown => (Health::Unchecked, "Worker not seen yet"),
        }
    }
}

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NavItem {
    /// The accounts that need a person.
    Overview,
    /// Every account.
    Accounts,
    /// Links for many accounts.
    Campaigns,
    /// Every app.
    Apps,
    /// What accounts have granted.
    Permissions,
    /// The members.
    Members,
    /// Tokens of the machine API.
    ApiTokens,
    /// The audit.
    Audit,
    /// The encryption keys.
    Keys,
    /// The settings.
    Settings,
}

impl NavItem {
    /// Its name and its icon.
    pub(crate) const fn looks(self) -> (&'static str, Glyph) {
        match self {
            Self::Overview => ("Overview", Glyph::Overview),
            Self::Accounts => ("Accounts", Glyph::Accounts),
            Self::Campaigns => ("Campaigns", Glyph::Send),
            Self::Apps => ("Apps", Glyph::Apps),
            Self::Permissions => ("Permissions", Glyph::Scopes),
            Self::Members => ("Members", Glyph::Members),
            Self::ApiTokens => ("API tokens", Glyph::Api),
            Self::Audit => ("Audit", Glyph::Audit),
            Self::Keys => ("Keys", Glyph::Key),
            Self::Settings => ("Settings", Glyph::Settings),
        }
    }

    /// The page's address in a tenant.
    pub fn href(self, tenant: &str) -> String {
        match self {
            Self::Overview => Address::Overview { tenant },
            Self::Accounts => Address::Accounts { tenant },
            Self::Campaigns => Address::Campaigns { tenant },
            Self::Apps => Address::Apps { tenant },
            Self::Permissions => Address::Scopes { tenant },
            Self::Members => Address::Members { tenant },
            Self::ApiTokens => Address::ApiTokens { tenant },
            Self::Audit => Address::Audit { tenant },
            Self::Keys => Address::Keys { tenant },
            Self::Settings => Address::Settings { tenant },
        }
        .to_string()
    }

    /// The number beside it, and words that say what is counted.
    const fn count(self, frame: &Frame) -> (u64, &'static str) {
        match self {
            Self::Accounts => (frame.need_you, " need you"),
            Self::Apps => (frame.faulty_apps, " with a setup fault"),
            Self::Overview
            | Self::Campaigns
            | Self::Permissions
            | Self::Members
            | Self::ApiTokens
            | Self::Audit
            | Self::Keys
            | Self::Settings => (0, ""),
        }
    }
}

impl NavItem {
    /// The list of what is counted beside it, if it has one of its own.
    fn counted(self, tenant: &str) -> Option<String> {
        let accounts = Address::Accounts { tenant };
        (self == Self::Accounts).then(|| format!("{accounts}?health=need_you"))
    }
}

/// The sections of the navigation: an optional title, and the pages.
fn sections(frame: &Frame) -> Vec<(Option<&'static str>, Vec<NavItem>)> {
    let first = [
        NavItem::Overview,
        NavItem::Accounts,
        NavItem::Campaigns,
        NavItem::Apps,
        NavItem::Permissions,
    ];
    let mut sections = vec![(None, first.into())];
    let manage: Vec<_> = [
        (frame.may_manage_members, NavItem::Members),
        (frame.may_manage_tokens, NavItem::ApiTokens),
        (frame.may_read_audit, NavItem::Audit),
        (frame.may_manage_keys, NavItem::Keys),
        (frame.may_manage_tenant, NavItem::Settings),
    ]
    .into_iter()
    .filter_map(|(may, item)| may.then_some(item))
    .collect();
    if !manage.is_empty() {
        sections.push((Some("Manage"), manage));
    }
    sections
}

fn item(item: NavItem, frame: &Frame) -> impl IntoView + use<> {
    let (label, icon) = item.looks();
    let (n, of) = item.count(frame);
    // What needs somebody is a list of its own, which the number opens.
    let list = item.counted(&frame.tenant_slug);
    let count = move || {
        view! {
            {n}
            <span class="sr">{of}</span>
        }
    };
    let (inside, beside) = match list {
        _ if n == 0 => (None, None),
        Some(href) => (
            None,
            Some(view! { <a class="count" href=href>{count()}</a> }),
        ),
        None => (Some(view! { <span class="count">{count()}</span> }), None),
    };
    view! {
        <li>
            <a
                href=item.href(&frame.tenant_slug)
                aria-current=(frame.current == Some(item)).then_some("page")
            >
                <Icon name=icon/>
                {label}
                {inside}
            </a>
            {beside}
        </li>
    }
}

/// The main navigation: a column, or folded behind a button in narrow windows.
#[component]
pub fn Nav(
    /// The data of the frame.
    frame: Frame,
    /// Whether the page hears of the worker's beats, so that it can tell that they stop.
    beats: bool,
) -> AnyView {
    let (health, worker) = frame.worker.state.looks();
    let (_, late) = WorkerState::Late.looks();
    let (_, beating) = WorkerState::Fine.looks();
    let last = frame.worker.last;
    let beat = last.filter(|_| beats).map(|at| at.0);
    // Where the keys go that follow `g`.
    let tenant = &frame.tenant_slug;
    let (overview, accounts) = (
        NavItem::Overview.href(tenant),
        NavItem::Accounts.href(tenant),
    );
    let need_you = NavItem::Accounts.counted(tenant);
    view! {
        <details class="nav">
            <summary aria-label="Menu">
                <Icon name=Glyph::Menu/>
            </summary>
            <nav
                aria-label="Main"
                data-go-o=overview
                data-go-a=accounts
                data-go-n=need_you
            >
                {sections(&frame)
                    .into_iter()
                    .map(|(title, items)| {
                        let id = title.map(|t| format!("nav-{}", t.to_lowercase()));
                        view! {
                            <div>
                                {title
                                    .map(|title| view! { <span id=id.clone()>{title}</span> })}
                                <ul role="list" aria-labelledby=id>
                                    {items.into_iter().map(|i| item(i, &frame)).collect_view()}
                                </ul>
                            </div>
                        }
                    })
                    .collect_view()}
                <p class="sub">
                    <b
                        class="live"
                        data-health=health.code()
                        data-beat=beat
                        data-late=beat.map(|_| WorkerState::LATE.0)
                        data-late-words=beat.map(|_| late)
                        data-beat-words=beat.map(|_| beating)
                    >
                        {worker}
                    </b>
                    {last
                        .map(|at| {
                            view! {
                                <span>
                                    "Last beat "
                                    <span data-beat-ago=beats data-ago=beat>
                                        {at.relative(frame.now)}
                                    </span>
                                </span>
                            }
                        })}
                    {frame.worker.lines.iter().map(|line| view! { <span>{line.clone()}</span> }).collect_view()}
                </p>
            </nav>
        </details>
    }
    .into_any()
}
