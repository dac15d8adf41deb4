//! `/t/{tenant}/apps/{app}`: how the app is, its addresses, and what comes next.

use super::{
    Data as App, Part, head, next,
    notices::{exchange_refused, fault},
};
use crate::{
    address::Address,
    components::{
        Button, Copy, CopyField, Field, Glyph, Ledger, LedgerRow, LinkButton, NavItem, Panel,
    },
    context::PageContext,
    frame::page_chrome,
    pages::{
        PageError, PageParams, app_rejudging,
        counted::in_state,
        error::redirect_to,
        history::{self, DaysQuery},
        panel,
        row_action::add_offline,
        scope_words::ScopeWords,
        show,
    },
    shell::SignedInLayout,
};
use domain::{
    health_days::{Days, HealthDays},
    subdomain::Subdomain,
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{connections::history::of_app, core::input::Field as Typed};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The account in whose helpdesk the preview is shown.
    sandbox: Typed<String>,
    /// “offline”, in addresses of the time before permissions had a page of their own.
    add: Typed<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let app = App::load(&context, &actor, &around, &address).await?;
    let query = address.query::<Query>();
    if query.add.given() == Some("offline") && app.may.manage_apps {
        redirect_to(&add_offline(&app.tenant, app.app.slug.as_str()));
    }
    let config = &context.services.config;
    let sandbox = query.sandbox.given().unwrap_or_default().to_owned();
    let preview = Subdomain::from_typed(&sandbox)
        .ok()
        .and_then(|account| {
            let client_id = &app.app.client_id;
            config.gorgias.preview_url(&account, client_id).ok()
        })
        .map(|url| url.to_string());
    let days = address.query::<DaysQuery>().days();
    let data = Data {
        days,
        history: panel("history", of_app(&actor, app.app.id, days).await),
        install_url: config.install_url(app.app.id),
        redirect_uri: config.redirect_uri(app.app.id),
        sandbox,
        preview,
        app,
    };
    let title = data.app.app.name.clone();
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(in crate::pages) struct Data {
    pub app: App,
    pub install_url: String,
    pub redirect_uri: String,
    /// How many days the history has.
    pub days: Days,
    /// `None` if it couldn't be loaded.
    pub history: Option<HealthDays>,
    /// The typed sandbox account, and its preview link.
    pub sandbox: String,
    pub preview: Option<String>,
}

/// Nothing for an app that never had an account.
fn over_days(data: &Data) -> Option<AnyView> {
    let history = data.history.as_ref();
    if history.is_some_and(HealthDays::is_empty) {
        return None;
    }
    Some(history::panels(
        history,
        &Vec::new(),
        data.days,
        &data.app.href(Part::Overview),
    ))
}

pub(in crate::pages) fn view(data: &Data) -> AnyView {
    let app = &data.app;
    view! {
        {head(app, Part::Overview, None)}
        {fault(app, Part::Overview)}
        {exchange_refused(app)}
        {app.rejudging.map(app_rejudging::notice)}
        <div class="split">
            <div>{over_days(data)} {addresses(data)} {asks(app)}</div>
            <div>{states(app)} {next::panel(app)} {preview(data)}</div>
        </div>
    }
    .into_any()
}

fn addresses(data: &Data) -> AnyView {
    let aside = view! { <span class="sub">"Paste both, unchanged"</span> }.into_any();
    let body = view! {
        <div class="body">
            <CopyField
                id="app-url"
                label="App URL"
                value=data.install_url.clone()
                hint="“Connect app” in the helpdesk sends the customer here."
            >
                <Copy of="app-url" what="App URL"/>
            </CopyField>
            <CopyField
                id="redirect-uri"
                label="Redirect URI"
                value=data.redirect_uri.clone()
                hint="Gorgias sends the approval back here. It must match letter for letter."
            >
                <Copy of="redirect-uri" what="redirect URI"/>
            </CopyField>
        </div>
    }
    .into_any();
    view! {
        <Panel id="addresses" title="For the partners’ portal" aside>
            {body}
        </Panel>
    }
    .into_any()
}

/// What it asks for, with the way to its page.
fn asks(data: &App) -> AnyView {
    let words = match data.may.manage_apps {
        true => "Change them, or see who gave what",
        false => "See who gave what",
    };
    let footer = view! { <a href=data.href(Part::Permissions)>{words}</a> }.into_any();
    let body = view! {
        <div class="body">
            <ScopeWords scopes=data.app.requested.clone()/>
        </div>
    }
    .into_any();
    view! {
        <Panel id="asks" title="Permissions it asks for" footer>
            {body}
        </Panel>
    }
    .into_any()
}

fn states(data: &App) -> AnyView {
    let Some(counts) = &data.counts else {
        return ().into_any();
    };
    let tenant = &data.tenant;
    let base = data.href(Part::Accounts);
    let rows: Vec<_> = counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(h, n)| LedgerRow {
            href: format!("{base}?health={}", h.code()),
            health: *h,
            icon: Glyph::from(*h),
            label: h.label().into(),
            count: in_state(*h, *n),
        })
        .collect();
    let connect = format!("{}?app={}", Address::Connect { tenant }, data.app.slug);
    let footer = view! { <a href=connect>"Connect an account"</a> }.into_any();
    let body = if rows.is_empty() {
        view! { <p class="body">"No account yet."</p> }.into_any()
    } else {
        view! { <Ledger rows/> }.into_any()
    };
    view! {
        <Panel id="states" title="Its accounts" footer>
            {body}
        </Panel>
    }
    .into_any()
}

fn preview(data: &Data) -> AnyView {
    let found = data.preview.clone().map(|url| {
        view! {
            <CopyField id="preview-link" label="Preview link" value=url.clone()>
                <Copy of="preview-link" what="preview link"/>
            </CopyField>
            <p class="actions">
                <LinkButton href=url>"Open preview"</LinkButton>
            </p>
        }
    });
    let error = (!data.sandbox.is_empty())
        .then(|| {
            Subdomain::from_typed(&data.sandbox)
                .err()
                .map(|e| e.to_string())
        })
        .flatten();
    let body = view! {
        <form class="body" action=format!("{}#preview", data.app.href(Part::Overview))>
            <Field
                name="sandbox"
                label="Sandbox subdomain"
                plain=true
                autocomplete="off"
                value=data.sandbox.clone()
                hint="Starts an installation before Gorgias has approved the app."
                error
            />
            <p class="actions">
                <Button>"Make preview link"</Button>
            </p>
            {found}
        </form>
    }
    .into_any();
    view! {
        <Panel id="preview" title="Try it on a sandbox">
            {body}
        </Panel>
    }
    .into_any()
}
