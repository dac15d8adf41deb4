//! `/t/{tenant}/apps/{app}/permissions`: what the app asks for, and what its accounts have
//! given.

use super::{Data as App, Part, head};
use crate::{
    address::Address,
    components::{
        Button, Callout, FormKey, Glyph, Kind, Ledger, LedgerRow, NavItem, Panel, PanelFailed,
    },
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    pages::{
        PageError, PageParams,
        app_form::{self, asked},
        app_impact::{self, Unsaved},
        app_rejudging,
        counted::counted,
        panel,
        scope_words::ScopeWords,
        scopes,
        setup::problem,
        show,
    },
    shell::SignedInLayout,
};
use domain::{health::Health, permission::Permission, scope::Scope, scope_plan::ScopeFilter};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    Actor,
    connections::permissions::{self, PermissionsQuery, ScopePlan},
    core::input::Field,
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// “offline” ticks that scope.
    add: Field<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let app = App::load(&context, &actor, &around, &address).await?;
    let query = address.query::<Query>();
    let data = Data {
        plan: panel("drift", permissions::plan(&actor, &app.app).await),
        unsaved: unsaved(&actor, &app).await,
        add_offline: query.add.given() == Some("offline"),
        app,
    };
    let title = format!("Permissions of {}", data.app.app.name);
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

/// What the posted permissions would mean; `None` if they are those of now, nobody is
/// connected, or something else is wrong with the form.
async fn unsaved(actor: &Actor, data: &App) -> Option<Unsaved> {
    let form = &data.form;
    if form.action != "app_permissions" || form.failed() {
        return None;
    }
    let after = asked(Some(&data.app), form);
    if after == data.app.requested {
        return None;
    }
    let impact = match permissions::impact(actor, data.app.id, &after).await {
        Ok(impact) => impact,
        Err(error) => {
            tracing::error!(%error, "what a change of permissions means could not be told");
            return None;
        }
    };
    (impact.total() > 0).then(|| Unsaved {
        before: data.app.requested.clone(),
        after,
        impact,
        may_begin_campaigns: actor.may(Permission::SendLinks)
            && actor.may(Permission::EditCustomers),
    })
}

pub(in crate::pages) struct Data {
    pub app: App,
    /// What its accounts have given; `None` if it couldn't be loaded.
    pub plan: Option<ScopePlan>,
    /// Whether the form is opened to add “offline”.
    pub add_offline: bool,
    /// A change that is posted and not saved yet.
    pub unsaved: Option<Unsaved>,
}

pub(in crate::pages) fn view(data: &Data) -> AnyView {
    let app = &data.app;
    let asks = if app.may.manage_apps {
        edit(data)
    } else {
        read_only(app)
    };
    view! {
        {head(app, Part::Permissions, None)}
        {app.rejudging.map(app_rejudging::notice)}
        <div class="split">
            <div>{asks}</div>
            <div>{drift(data)}</div>
        </div>
    }
    .into_any()
}

/// The form; “offline” is ticked if the address asks for it. A change that is typed and not
/// saved is told before it is.
fn edit(data: &Data) -> AnyView {
    let state = data.app.form("app_permissions");
    let mut app = data.app.app.clone();
    let adding = data.add_offline && !state.was_posted() && !app.requested.contains("offline");
    if adding {
        let offline = "offline".parse::<Scope>().ok();
        app.requested = app.requested.iter().cloned().chain(offline).collect();
    }
    let hint = adding.then(|| {
        view! {
            <Callout health=Health::Limited icon=Glyph::Info>
                <p>
                    <b>"“offline” is ticked below and not saved yet. "</b>
                    "With it, Gorgias lets the app stay connected. Press “Save”, then send reconnect links: accounts get it with their next approval."
                </p>
            </Callout>
        }
    });
    view! {
        {hint}
        {form(&data.app, &app, &state, data.unsaved.as_ref())}
    }
    .into_any()
}

fn form(
    data: &App,
    app: &service::apps::App,
    state: &FormState,
    unsaved: Option<&Unsaved>,
) -> AnyView {
    let end = match unsaved {
        Some(change) => app_impact::panel(&app.name, change),
        None => view! {
            <p class="actions">
                <Button kind=Kind::Primary>"Save"</Button>
            </p>
        }
        .into_any(),
    };
    view! {
        <form class="form" method="post" action=data.href(Part::Permissions) data-bar="Permissions" data-draft="">
            <FormKey/>
            {problem(state)}
            {app_form::permissions(Some(app), data.total(), state)}
            {end}
        </form>
    }
    .into_any()
}

/// For roles that don't manage apps.
fn read_only(data: &App) -> AnyView {
    let body = view! {
        <div class="body">
            <ScopeWords scopes=data.app.requested.clone()/>
        </div>
    }
    .into_any();
    view! {
        <Panel id="asks" title="Permissions it asks for">
            {body}
        </Panel>
    }
    .into_any()
}

/// How many permissions that are missing somewhere are named.
const NAMED: usize = 5;

/// Where what accounts have given differs from what the app asks for.
fn drift(data: &Data) -> AnyView {
    let (tenant, app) = (&data.app.tenant, data.app.app.slug.as_str());
    let Some(plan) = &data.plan else {
        return view! {
            <PanelFailed
                id="drift"
                title="Permission drift"
                what="What accounts have given couldn’t be loaded."
                why="The database didn’t answer as it should. The rest of this page is current."
                retry=data.app.href(Part::Permissions)
            />
        }
        .into_any();
    };
    let filtered = |filter| {
        let wanted = PermissionsQuery {
            filter,
            ..PermissionsQuery::default()
        };
        scopes::href(tenant, app, &wanted)
    };
    let mut missing: Vec<_> = plan.scopes.iter().filter(|one| one.missing > 0).collect();
    missing.sort_by_key(|one| std::cmp::Reverse(one.missing));
    let mut rows: Vec<_> = missing
        .into_iter()
        .take(NAMED)
        .map(|one| LedgerRow {
            href: filtered(Some(ScopeFilter::Missing)),
            health: Health::Limited,
            icon: Glyph::Limited,
            label: format!("{} missing", one.scope),
            count: one.missing.to_string(),
        })
        .collect();
    let old = (
        ScopeFilter::Old,
        Health::StoppingSoon,
        Glyph::StoppingSoon,
        "An old permission",
    );
    let extra = (
        ScopeFilter::Extra,
        Health::Retrying,
        Glyph::Plus,
        "More than asked for",
    );
    for (filter, health, icon, label) in [old, extra] {
        let n = plan.count(filter);
        if n > 0 {
            rows.push(LedgerRow {
                href: filtered(Some(filter)),
                health,
                icon,
                label: label.into(),
                count: n.to_string(),
            });
        }
    }
    let aside = view! {
        <span class="sub">{counted(plan.total, "connected account", "connected accounts")}</span>
    }
    .into_any();
    let body = if rows.is_empty() {
        let words = match plan.total {
            0 => "No account is connected yet.",
            _ => "Every account has given exactly what the app asks for.",
        };
        view! { <p class="body">{words}</p> }.into_any()
    } else {
        view! { <Ledger rows/> }.into_any()
    };
    let campaign = (plan.count(ScopeFilter::Missing) > 0
        && data.app.may.send_links
        && data.app.may.edit_customers)
        .then(|| {
            let new = Address::NewCampaign { tenant };
            let audience = domain::campaign::Audience::MissingPermissions.code();
            let href = format!("{new}?app={app}&audience={audience}");
            view! { <a href=href>"Start a campaign"</a> }
        });
    let footer = view! {
        <a href=filtered(None)>"Who has given what"</a>
        {campaign}
    }
    .into_any();
    view! {
        <Panel id="drift" title="Permission drift" aside footer>
            {body}
        </Panel>
    }
    .into_any()
}
