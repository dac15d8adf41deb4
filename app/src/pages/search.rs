//! `/t/{tenant}/search`: accounts, apps and pages by name. The palette shows the same.

use super::{
    PageError, PageParams, accounts_filter, panel,
    row_action::{May, account_href, check_href},
    show,
};
use crate::{
    address::{Address, escape},
    components::{Empty, Frame, Glyph, HealthBadge, Icon, NavItem, PageHead},
    context::PageContext,
    frame::{may_open, page_chrome},
    shell::SignedInLayout,
};
use domain::{
    account_columns::Columns, health::Health, health_words::NextStep, permission::Permission,
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    Actor,
    accounts::finds_beginnings_only,
    apps::{App, list as apps},
    connections::{
        by_account::{self, AccountsQuery, ListedAccount},
        list::ListError,
    },
    core::input::Field,
    views::{self, SavedView},
};

/// What short words find.
const SHORT: &str = "One and two letters find beginnings of words.";

/// How many accounts it shows.
const ACCOUNTS: u64 = 6;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// What is searched for; without it, all pages are shown.
    q: Field<String>,
    /// “found” leaves the frame out, for the palette.
    only: Field<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let query = address.query::<Query>();
    let q = query.q.given().unwrap_or_default().trim().to_owned();
    let frame = match query.only.given() {
        Some("found") => None,
        _ => Some(page_chrome(&context, &actor, NavItem::Accounts).await.frame),
    };
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        may: May::of(&actor),
        accounts: panel("accounts that are found", accounts(&actor, &q).await),
        apps: panel("apps that are found", named_apps(&actor, &q).await),
        views: panel("views that are found", named_views(&actor, &q).await),
        pages: pages(&actor, &q),
        q,
    };
    let found = view(&data);
    Ok(match frame {
        Some(frame) => page_of(frame, &data, found),
        None => found,
    })
}

pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    /// What is searched for.
    pub q: String,
    /// `None` if they couldn't be loaded.
    pub accounts: Option<Vec<ListedAccount>>,
    /// `None` if they couldn't be loaded.
    pub apps: Option<Vec<App>>,
    /// Saved views; `None` if they couldn't be loaded.
    pub views: Option<Vec<SavedView>>,
    /// The pages that are found: name, address, icon.
    pub pages: Vec<(&'static str, String, Glyph)>,
}

async fn accounts(actor: &Actor, q: &str) -> Result<Vec<ListedAccount>, service::InternalError> {
    if q.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = AccountsQuery {
        q: q.to_owned(),
        limit: ACCOUNTS,
        columns: Some(Columns::from_iter([])),
        ..AccountsQuery::default()
    };
    match by_account::list(actor, &wanted).await {
        Ok(page) => Ok(page.rows),
        // Only an `after` can be wrong, and there is none.
        Err(ListError::BadCursor) => Ok(Vec::new()),
        Err(ListError::Internal(fault)) => Err(fault),
    }
}

async fn named_apps(actor: &Actor, q: &str) -> Result<Vec<App>, service::InternalError> {
    if q.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = apps::visible(actor).await?;
    found.retain(|app| holds(&app.name, q) || holds(app.slug.as_str(), q));
    Ok(found)
}

/// All of them while nothing is typed.
async fn named_views(actor: &Actor, q: &str) -> Result<Vec<SavedView>, service::InternalError> {
    let mut found = views::all(actor).await?;
    found.retain(|view| holds(&view.name, q));
    Ok(found)
}

/// Whether each word of `q` stands in the text.
fn holds(text: &str, q: &str) -> bool {
    let text = text.to_lowercase();
    q.to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

/// The pages and actions that the actor may open.
fn pages(actor: &Actor, q: &str) -> Vec<(&'static str, String, Glyph)> {
    let tenant = actor.tenant_slug.as_str();
    let need_you = format!("{}?health=need_you", Address::Accounts { tenant });
    let mut all = vec![("Accounts that need you", need_you, Glyph::Warn)];
    if actor.may(Permission::SendLinks) {
        let connect = Address::Connect { tenant }.to_string();
        all.push(("Connect an account", connect, Glyph::Link));
    }
    if actor.may(Permission::ManageApps) {
        let add = Address::NewApp { tenant }.to_string();
        all.push(("Add app", add, Glyph::Plus));
    }
    all.extend(may_open(actor).into_iter().map(|item| {
        let (label, icon) = item.looks();
        (label, item.href(tenant), icon)
    }));
    all.push(("Your account", Address::Me.to_string(), Glyph::User));
    all.push(("All tenants", Address::Tenants.to_string(), Glyph::Updown));
    all.retain(|(label, ..)| holds(label, q));
    all
}

fn page_of(frame: Frame, data: &Data, found: AnyView) -> AnyView {
    let title = if data.q.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search for “{}”", data.q)
    };
    let action = Address::Search {
        tenant: &data.tenant,
    }
    .to_string();
    let q = data.q.clone();
    view! {
        <SignedInLayout frame title=title.clone()>
            <PageHead title/>
            <form class="toolbar" role="search" aria-label="Accounts, apps and pages" action=action>
                <div class="search">
                    <Icon name=Glyph::Search/>
                    <input
                        type="search"
                        name="q"
                        value=q
                        aria-label="Search accounts, apps and pages"
                        autocomplete="off"
                        spellcheck="false"
                    />
                </div>
                <button type="submit" class="button">
                    "Search"
                </button>
            </form>
            {found}
        </SignedInLayout>
    }
    .into_any()
}

pub(super) fn view(data: &Data) -> AnyView {
    let sections = [
        accounts_found(data),
        apps_found(data),
        actions_found(data),
        views_found(data),
        pages_found(data),
    ];
    let sections: Vec<_> = sections.into_iter().flatten().collect();
    let short = !sections.is_empty() && finds_beginnings_only(&data.q);
    let nothing = nothing_found(&data.q);
    let none = sections.is_empty().then(|| {
        view! {
            <Empty icon=Glyph::Search title="Nothing found">
                <p>{nothing}</p>
            </Empty>
        }
    });
    view! {
        <div id="found" class="found">
            {sections}
            {none}
            {short.then(|| view! { <p class="sub">{SHORT}</p> })}
        </div>
    }
    .into_any()
}

/// What a search without a hit says: short words find beginnings alone.
fn nothing_found(q: &str) -> &'static str {
    if finds_beginnings_only(q) {
        "No account, app or page has a word that begins with this. Three letters find it in the middle of words as well."
    } else {
        "No account, app or page has this in its name. A shorter part of a word finds more."
    }
}

fn section(title: &'static str, links: Vec<AnyView>) -> Option<AnyView> {
    (!links.is_empty()).then(|| {
        let links = links.into_iter().map(|link| view! { <li>{link}</li> });
        view! {
            <section class="panel">
                <header>
                    <h2>{title}</h2>
                </header>
                <ul class="rows" role="list">
                    {links.collect_view()}
                </ul>
            </section>
        }
        .into_any()
    })
}

fn failed(title: &'static str) -> AnyView {
    view! {
        <section class="panel">
            <header>
                <h2>{title}</h2>
            </header>
            <p class="body">"These couldn’t be searched. The rest is complete."</p>
        </section>
    }
    .into_any()
}

fn accounts_found(data: &Data) -> Option<AnyView> {
    let Some(found) = &data.accounts else {
        return Some(failed("Accounts"));
    };
    let mut links: Vec<_> = found.iter().map(|account| link_to(data, account)).collect();
    if found.len() as u64 == ACCOUNTS {
        let all = Address::Accounts {
            tenant: &data.tenant,
        };
        let href = format!("{all}?q={}", escape(&data.q));
        links.push(
            view! {
                <a href=href>
                    <Icon name=Glyph::Accounts/>
                    <span>
                        <b>"All accounts that match"</b>
                    </span>
                </a>
            }
            .into_any(),
        );
    }
    section("Accounts", links)
}

fn link_to(data: &Data, account: &ListedAccount) -> AnyView {
    let customer = &account.customer;
    let subdomain = customer.subdomain.as_str();
    let first = account.connections.first();
    let href = match first {
        Some(row) => account_href(&data.tenant, row.app_slug.as_str(), subdomain),
        None => {
            let tenant = &data.tenant;
            Address::AnyAccount { tenant, subdomain }.to_string()
        }
    };
    let names = account.connections.iter().map(|row| row.app_name.as_str());
    let apps = names.collect::<Vec<_>>().join(", ");
    let beneath = match (customer.name.is_some(), apps.is_empty()) {
        (true, false) => format!("{subdomain} · {apps}"),
        (true, true) => subdomain.to_owned(),
        (false, _) => apps,
    };
    let health = first.map_or(Health::NotConnected, |row| row.health);
    view! {
        <a href=href>
            <Icon name=Glyph::Accounts/>
            <span>
                <b>{customer.title().to_owned()}</b>
                " "
                <span class="sub">{beneath}</span>
            </span>
            <HealthBadge health/>
        </a>
    }
    .into_any()
}

fn apps_found(data: &Data) -> Option<AnyView> {
    let Some(found) = &data.apps else {
        return Some(failed("Apps"));
    };
    let links = found.iter().map(|app| {
        let href = Address::App {
            tenant: &data.tenant,
            app: app.slug.as_str(),
        };
        view! {
            <a href=href.to_string()>
                <Icon name=Glyph::Apps/>
                <span>
                    <b>{app.name.clone()}</b>
                    " "
                    <span class="sub">{app.slug.to_string()}</span>
                </span>
            </a>
        }
        .into_any()
    });
    section("Apps", links.collect())
}

/// What can be done with the first accounts: a link for those that need one, and a check
/// of the one that fits best.
fn actions_found(data: &Data) -> Option<AnyView> {
    let found = data.accounts.iter().flatten().filter_map(|account| {
        let row = account.connections.first()?;
        (data.may.send_links && row.explanation.next == NextStep::SendLink)
            .then_some((account, row))
    });
    let links = found.take(2).map(|(account, row)| {
        let subdomain = row.subdomain.as_str();
        let href = account_href(&data.tenant, row.app_slug.as_str(), subdomain);
        view! {
            <a href=format!("{href}?link=new#link") data-dialog="link-panel">
                <Icon name=Glyph::Send/>
                <span>
                    <b>{format!("Send a link to {}", account.customer.title())}</b>
                    " "
                    <span class="sub">{row.app_name.clone()}</span>
                </span>
            </a>
        }
        .into_any()
    });
    let check = data.accounts.iter().flatten().find_map(|account| {
        let row = account.connections.first()?;
        data.may.check.then(|| {
            view! {
                <form method="post" action=check_href(&data.tenant, row)>
                    <button type="submit">
                        <Icon name=Glyph::Retrying/>
                        <span>
                            <b>{format!("Check {} now", account.customer.title())}</b>
                            " "
                            <span class="sub">{row.app_name.clone()}</span>
                        </span>
                    </button>
                </form>
            }
            .into_any()
        })
    });
    section("Actions", links.chain(check).collect())
}

fn views_found(data: &Data) -> Option<AnyView> {
    let Some(found) = &data.views else {
        return Some(failed("Saved views"));
    };
    let base = Address::Accounts {
        tenant: &data.tenant,
    }
    .to_string();
    let links = found.iter().map(|view| {
        view! {
            <a href=accounts_filter::href(&base, &view.query)>
                <Icon name=Glyph::Accounts/>
                <span>
                    <b>{view.name.clone()}</b>
                    " "
                    <span class="sub">{format!("by {}", view.created_by)}</span>
                </span>
            </a>
        }
        .into_any()
    });
    section("Saved views", links.collect())
}

fn pages_found(data: &Data) -> Option<AnyView> {
    let links = data.pages.iter().map(|(label, href, icon)| {
        view! {
            <a href=href.clone()>
                <Icon name=*icon/>
                <span>
                    <b>{*label}</b>
                </span>
            </a>
        }
        .into_any()
    });
    section("Pages", links.collect())
}
