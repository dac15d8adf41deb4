//! `/t/{tenant}/apps/{app}`.

use super::{
    PageError, PageParams,
    app_form::{asked, form},
    app_impact::Unsaved,
    app_panels::{addresses, exchange_refused, fault, preview, read_only, removal, states},
    app_rejudging, app_secrets,
    history::{self, DaysQuery},
    outcome, panel,
    row_action::May,
    show,
};
use crate::{
    address::Address,
    components::{Callout, Crumb, Glyph, Moment, NavItem, PageHead},
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{
    health::Health,
    health_days::{Days, HealthDays},
    permission::Permission,
    scope::Scope,
    subdomain::Subdomain,
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    Actor,
    apps::{
        App, list, rejudge,
        secrets::{self, Slots},
    },
    connections::{history::of_app, permissions},
    core::input::Field,
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The account in whose helpdesk the preview is shown.
    sandbox: Field<String>,
    /// “offline” ticks that scope.
    add: Field<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let app = list::one(&actor, address.part("app"))
        .await?
        .ok_or(PageError::NotFound)?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let counts = around
        .apps
        .iter()
        .flatten()
        .find(|row| row.app.id == app.id)
        .map(|row| {
            Health::ALL
                .into_iter()
                .map(|h| (h, row.counts.get(h)))
                .collect()
        });
    let may = May::of(&actor);
    let slots = if may.manage_apps {
        secrets::show(&actor, app.id)
            .await
            .inspect_err(|error| tracing::error!(%error, "the client secrets could not be loaded"))
            .ok()
    } else {
        None
    };
    let config = &context.services.config;
    let query = address.query::<Query>();
    let sandbox = query.sandbox.given().unwrap_or_default().to_owned();
    let preview = Subdomain::from_typed(&sandbox)
        .ok()
        .and_then(|account| config.gorgias.preview_url(&account, &app.client_id).ok())
        .map(|url| url.to_string());
    let days = address.query::<DaysQuery>().days();
    let form = context.form.clone().unwrap_or_default();
    let unsaved = unsaved(&actor, &app, &form).await;
    let data = Data {
        unsaved,
        rejudging: panel("judging anew", rejudge::progress(&actor, app.id).await).flatten(),
        days,
        history: panel("history", of_app(&actor, app.id, days).await),
        tenant: actor.tenant_slug.to_string(),
        may,
        slots,
        install_url: config.install_url(app.id),
        redirect_uri: config.redirect_uri(app.id),
        counts,
        sandbox,
        preview,
        outcome: context.outcome.clone(),
        add_offline: query.add.given() == Some("offline"),
        form,
        app,
    };
    let title = data.app.name.clone();
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

/// What the posted permissions would mean; `None` if they are those of now, nobody is
/// connected, or something else is wrong with the form.
async fn unsaved(actor: &Actor, app: &App, form: &FormState) -> Option<Unsaved> {
    if form.action != "app_edit" || form.failed() {
        return None;
    }
    let after = asked(Some(app), form);
    if after == app.requested {
        return None;
    }
    let impact = match permissions::impact(actor, app.id, &after).await {
        Ok(impact) => impact,
        Err(error) => {
            tracing::error!(%error, "what a change of permissions means could not be told");
            return None;
        }
    };
    (impact.total() > 0).then(|| Unsaved {
        before: app.requested.clone(),
        after,
        impact,
        may_begin_campaigns: actor.may(Permission::SendLinks)
            && actor.may(Permission::EditCustomers),
    })
}

pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    pub app: App,
    /// Its client secrets; `None` if they couldn't be loaded or may not be shown.
    pub slots: Option<Slots>,
    pub install_url: String,
    pub redirect_uri: String,
    /// How many of its accounts are in which state; `None` if unknown.
    pub counts: Option<Vec<(Health, u64)>>,
    /// How many days the history has.
    pub days: Days,
    /// `None` if it couldn't be loaded.
    pub history: Option<HealthDays>,
    /// The typed sandbox account, and its preview link.
    pub sandbox: String,
    pub preview: Option<String>,
    pub outcome: Option<ShownOutcome>,
    /// Whether the form is opened to add “offline”.
    pub add_offline: bool,
    pub form: FormState,
    /// A change that is posted and not saved yet.
    pub unsaved: Option<Unsaved>,
    /// How far its connections are judged anew, if they are.
    pub rejudging: Option<rejudge::Progress>,
}

impl Data {
    pub fn address(&self) -> Address<'_> {
        let app = self.app.slug.as_str();
        Address::App {
            tenant: &self.tenant,
            app,
        }
    }

    /// The address as text.
    pub fn href(&self) -> String {
        self.address().to_string()
    }

    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().map(|(_, n)| n).sum()
    }

    fn secret_use(&self) -> app_secrets::Use {
        app_secrets::Use {
            accounts: self.total(),
            faulty: self.app.credentials.fault.is_some(),
            in_doubt: self.app.credentials.in_doubt(),
        }
    }
}

/// The form that changes the app; “offline” is ticked if the address asks for it.
fn edit(data: &Data) -> AnyView {
    let state = if data.form.action == "app_edit" {
        data.form.clone()
    } else {
        FormState::default()
    };
    let mut app = data.app.clone();
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
        {form(&data.href(), Some((&app, data.total())), &state, data.unsaved.as_ref())}
    }
    .into_any()
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
        &data.href(),
    ))
}

pub(super) fn view(data: &Data) -> AnyView {
    let tenant = &data.tenant;
    let outcome = if matches!(data.form.action, "app_edit" | "app_remove" | "app_secret")
        && data.form.failed()
    {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.form)
    };
    let accounts = format!("{}?app={}", Address::Accounts { tenant }, data.app.slug);
    let meta = view! {
        <a href=accounts>
            {match data.total() {
                1 => "1 account".to_owned(),
                n => format!("{n} accounts"),
            }}
        </a>
        <span>"Added " <Moment at=data.app.created_at/></span>
    }
    .into_any();
    view! {
        <PageHead title=data.app.name.clone() crumbs=vec![Crumb::new("Apps", Address::Apps { tenant }.to_string())] meta/>
        {outcome}
        {data.app.credentials.rejected_since().map(|since| fault(data, since))}
        {exchange_refused(data)}
        {data.rejudging.map(app_rejudging::notice)}
        <div class="split">
            <div>
                {over_days(data)}
                {data.may.manage_apps.then(|| app_secrets::panel(tenant, data.app.slug.as_str(), data.secret_use(), data.slots.as_ref(), &data.form))}
                {addresses(data)}
                {if data.may.manage_apps {
                    edit(data)
                } else {
                    read_only(data)
                }}
            </div>
            <div>{states(data)} {preview(data)} {data.may.manage_apps.then(|| removal(data))}</div>
        </div>
    }
    .into_any()
}
