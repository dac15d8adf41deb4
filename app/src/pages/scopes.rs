//! `/t/{tenant}/scopes`: what the accounts of an app have granted, and who needs a click.

use super::{
    PageError, PageParams, counted::counted, row_action::May, scopes_matrix, scopes_old, show,
};
use crate::{
    address::{Address, escape},
    components::{
        Empty, FilterChip, Glyph, Icon, LinkButton, LoadFailed, NavItem, NoMatch, PageHead, Size,
    },
    context::PageContext,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{campaign::Audience, permission::Permission, scope_plan::ScopeFilter};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    apps::{App, list::AppRow},
    connections::permissions::{self, PermissionsError, PermissionsPage, PermissionsQuery},
    core::input::Field,
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The app, by slug.
    app: Field<String>,
    /// Part of an account's name.
    q: Field<String>,
    /// Only accounts with such permissions.
    filter: Field<String>,
    after: Field<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::Look)?;
    let around = page_chrome(&context, &actor, NavItem::Permissions).await;
    let query = address.query::<Query>();
    let apps = around.apps.unwrap_or_default();
    let first = apps.first().map(|row| row.app.slug.to_string());
    let app = query.app.given().map(str::to_owned).or(first);
    let wanted = PermissionsQuery {
        q: query.q.given().unwrap_or_default().to_owned(),
        filter: query.filter.parsed(),
        after: query.after.given().map(str::to_owned),
    };
    let page = match app {
        None => None,
        Some(app) => match permissions::show(&actor, &app, &wanted).await {
            Ok(page) => Some(Ok(page)),
            Err(PermissionsError::NotFound) => return Err(PageError::NotFound),
            Err(PermissionsError::Forbidden(forbidden)) => return Err(forbidden.into()),
            Err(PermissionsError::BadCursor) => Some(Err(Failed { app, cursor: true })),
            Err(PermissionsError::Internal(error)) => {
                tracing::error!(%error, "the plan of permissions could not be loaded");
                Some(Err(Failed { app, cursor: false }))
            }
        },
    };
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        may: May::of(&actor),
        apps,
        wanted,
        page,
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Permissions" wide=true>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

/// Why there is nothing to show.
pub(super) struct Failed {
    /// The app, by slug.
    pub app: String,
    /// The address has the cursor of another list.
    pub cursor: bool,
}

pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    /// The apps to choose from.
    pub apps: Vec<AppRow>,
    pub wanted: PermissionsQuery,
    /// `None` if there is no app.
    pub page: Option<Result<PermissionsPage, Failed>>,
}

/// The address of the page.
pub(super) fn href(tenant: &str, app: &str, wanted: &PermissionsQuery) -> String {
    let mut href = format!("{}?app={}", Address::Scopes { tenant }, escape(app));
    let pairs = [
        ("q", Some(wanted.q.as_str()).filter(|q| !q.is_empty())),
        ("filter", wanted.filter.map(ScopeFilter::code)),
        ("after", wanted.after.as_deref()),
    ];
    for (name, value) in pairs {
        if let Some(value) = value {
            href += &format!("&{name}={}", escape(value));
        }
    }
    href
}

pub(super) fn view(data: &Data) -> AnyView {
    match &data.page {
        None => view! {
            <PageHead title="Permissions"/>
            <Empty icon=Glyph::Apps title="No app yet">
                <p>"Here stands what the accounts of an app have granted, once there is an app."</p>
            </Empty>
        }
        .into_any(),
        Some(Err(failed)) => view! {
            <PageHead title="Permissions"/>
            {not_loaded(data, failed)}
        }
        .into_any(),
        Some(Ok(page)) => of_app(data, page),
    }
}

fn of_app(data: &Data, page: &PermissionsPage) -> AnyView {
    let (app, total) = (&page.app, page.plan.total);
    let given = match total {
        1 => "what its 1 account has given".to_owned(),
        n => format!("what its {n} accounts have given"),
    };
    let lead = format!("What {} asks for, and {given}.", app.name);
    let actions = chooser(data, app);
    let body = if total == 0 {
        nothing_yet(data, app)
    } else {
        view! {
            {scopes_old::panel(data, page)}
            {toolbar(data, page)}
            {if page.rows.is_empty() {
                let clear = href(&data.tenant, app.slug.as_str(), &PermissionsQuery::default());
                view! { <NoMatch what=no_match(&data.wanted) clear/> }.into_any()
            } else {
                scopes_matrix::panel(data, page)
            }}
        }
        .into_any()
    };
    view! {
        <PageHead title="Permissions" lead actions/>
        {body}
    }
    .into_any()
}

/// Another app, and the page where its list is changed.
fn chooser(data: &Data, app: &App) -> AnyView {
    let menu = (data.apps.len() > 1).then(|| {
        let others = data.apps.iter().map(|row| {
            let current = (row.app.id == app.id).then_some("true");
            let href = href(
                &data.tenant,
                row.app.slug.as_str(),
                &PermissionsQuery::default(),
            );
            view! {
                <a href=href aria-current=current>
                    {row.app.name.clone()}
                    " "
                    <span class="sub">{row.counts.total()}</span>
                </a>
            }
        });
        view! {
            <details class="menu" data-end name="filter">
                <summary class="chip">
                    "App: "
                    <b>{app.name.clone()}</b>
                    <Icon name=Glyph::Chevron/>
                </summary>
                <div>{others.collect_view()}</div>
            </details>
        }
    });
    let change = data.may.manage_apps.then(|| {
        let address = Address::AppPermissions {
            tenant: &data.tenant,
            app: app.slug.as_str(),
        };
        view! {
            <LinkButton href=format!("{address}#asks") icon=Glyph::Edit>
                "Change the list"
            </LinkButton>
        }
    });
    view! {
        {menu}
        {change}
    }
    .into_any()
}

/// A campaign for the accounts that lack something. It stands beside the filters, since the
/// open menu of apps would lie over it in the head.
fn start(data: &Data, page: &PermissionsPage) -> Option<AnyView> {
    let lacking = page.plan.count(ScopeFilter::Missing);
    if lacking == 0 || !data.may.edit_customers || !data.may.send_links {
        return None;
    }
    let new = Address::NewCampaign {
        tenant: &data.tenant,
    };
    let audience = Audience::MissingPermissions.code();
    let href = format!("{new}?app={}&audience={audience}", page.app.slug);
    Some(
        view! {
            <LinkButton href icon=Glyph::Send size=Size::Small>
                {format!("Start a campaign for {lacking}")}
            </LinkButton>
        }
        .into_any(),
    )
}

fn nothing_yet(data: &Data, app: &App) -> AnyView {
    let action = data.may.send_links.then(|| {
        let connect = Address::Connect {
            tenant: &data.tenant,
        };
        view! {
            <LinkButton href=format!("{connect}?app={}", app.slug)>"Connect the first"</LinkButton>
        }
    });
    let will = format!(
        "As accounts connect to {}, this page compares what they gave with what it asks for.",
        app.name
    );
    view! {
        <Empty icon=Glyph::Scopes title="Nothing connected yet" action=action.into_any()>
            <p>{will}</p>
        </Empty>
    }
    .into_any()
}

/// Search and filters, with how many each filter shows.
fn toolbar(data: &Data, page: &PermissionsPage) -> AnyView {
    let (tenant, app) = (&data.tenant, page.app.slug.as_str());
    let with = |filter| {
        let wanted = PermissionsQuery {
            filter,
            after: None,
            ..data.wanted.clone()
        };
        href(tenant, app, &wanted)
    };
    let chips = page.plan.filters.iter().map(|(filter, n)| {
        if data.wanted.filter == Some(*filter) {
            let value = n.to_string();
            return view! { <FilterChip label=filter.label() value remove=with(None)/> }.into_any();
        }
        view! {
            <a class="chip" href=with(Some(*filter))>
                {format!("{} {n}", filter.label())}
            </a>
        }
        .into_any()
    });
    let filter = data.wanted.filter.map(|filter| {
        view! { <input type="hidden" name="filter" value=filter.code()/> }
    });
    view! {
        <form
            class="toolbar"
            action=Address::Scopes { tenant }.to_string()
            role="search"
            aria-label="Filter accounts"
        >
            <input type="hidden" name="app" value=app.to_owned()/>
            {filter}
            <div class="search">
                <Icon name=Glyph::Search/>
                <input
                    type="search"
                    name="q"
                    value=data.wanted.q.clone()
                    aria-label="Account"
                    placeholder="Account"
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            {chips.collect_view()}
            {start(data, page)}
            <p class="actions sub">{counted(page.plan.total, "account", "accounts")}</p>
        </form>
    }
    .into_any()
}

fn no_match(wanted: &PermissionsQuery) -> String {
    let with = match wanted.q.as_str() {
        "" => String::new(),
        q => format!(" with “{q}”"),
    };
    let that = match wanted.filter {
        None => "",
        Some(ScopeFilter::Missing) => " that lacks something the app asks for",
        Some(ScopeFilter::Extra) => " that has given more than the app asks for",
        Some(ScopeFilter::Old) => " with an old permission",
        Some(ScopeFilter::NeedsClick) => " that has to approve anything",
    };
    format!("There is no account{with}{that}.")
}

fn not_loaded(data: &Data, failed: &Failed) -> AnyView {
    let mut wanted = data.wanted.clone();
    let (what, why) = if failed.cursor {
        wanted.after = None;
        (
            "This page of the list isn’t known.",
            "Its address may be cut, or belong to another list.",
        )
    } else {
        (
            "The permissions couldn’t be loaded.",
            "The database didn’t answer as it should. Your filters are kept.",
        )
    };
    let retry = href(&data.tenant, &failed.app, &wanted);
    view! { <LoadFailed what why retry/> }.into_any()
}
