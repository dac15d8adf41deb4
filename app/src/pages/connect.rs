//! `/t/{tenant}/accounts/connect`: connects an account for the first time. The
//! operator approves it, or its admin with a link.

use super::{
    PageError, PageParams, link_fields, outcome, row_action::May, send_link, setup::problem, show,
};
use crate::{
    address::Address,
    components::{
        Button, Choice, Crumb, Empty, Field, FormKey, Glyph, Kind, LinkButton, NavItem, PageHead,
        Panel, Select,
    },
    context::PageContext,
    csp,
    form_outcome::{MadeLink, ShownOutcome},
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{
    permission::Permission,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{apps::App, core::input::Field as RawField, mail};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The preselected app.
    app: RawField<String>,
    /// The account that is already typed.
    account: RawField<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::SendLinks)?;
    csp::forms_to_gorgias(&context);
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let query = address.query::<Query>();
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.expiry_now(),
        may: May::of(&actor),
        link_life: actor.link_life,
        mail: mail::is_set_up(&context.services),
        apps: around
            .apps
            .into_iter()
            .flatten()
            .map(|row| row.app)
            .collect(),
        wanted: query.app.given().map(str::to_owned),
        account: query.account.given().map(str::to_owned),
        form: context.form.clone().unwrap_or_default(),
        link: context.outcome.as_ref().and_then(ShownOutcome::link),
        outcome: context.outcome.clone(),
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Connect an account">
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
    pub apps: Vec<App>,
    /// The app that the address names.
    pub wanted: Option<String>,
    /// The account that the address names.
    pub account: Option<String>,
    pub form: FormState,
    /// The link that was made here just now.
    pub link: Option<MadeLink>,
    pub outcome: Option<ShownOutcome>,
}

pub(super) fn view(data: &Data) -> AnyView {
    let accounts = Address::Accounts {
        tenant: &data.tenant,
    }
    .to_string();
    let (body, said) = match data.link.clone() {
        _ if data.apps.is_empty() => (no_app(data), None),
        Some(link) => (link_made(link), None),
        // The form shows its own errors.
        None => (
            form(data),
            outcome::outcome(data.outcome.as_ref(), &FormState::default()),
        ),
    };
    view! {
        <PageHead title="Connect an account" crumbs=vec![Crumb::new("Accounts", accounts)]/>
        {said}
        {body}
    }
    .into_any()
}

fn no_app(data: &Data) -> AnyView {
    let action = data.may.manage_apps.then(|| {
        view! {
            <LinkButton href=Address::NewApp { tenant: &data.tenant }.to_string() kind=Kind::Primary>
                "Add app"
            </LinkButton>
        }
    });
    view! {
        <Empty icon=Glyph::Apps title="No app yet" action=action.into_any()>
            <p>"An account is connected to an app; an operator or owner adds the first one."</p>
        </Empty>
    }
    .into_any()
}

fn link_made(link: MadeLink) -> AnyView {
    let account = link.account.clone();
    let body = view! { <div class="body">{send_link::made(link, None)}</div> }.into_any();
    view! {
        <Panel id="link" title=format!("Link for {account}")>
            {body}
        </Panel>
    }
    .into_any()
}

fn form(data: &Data) -> AnyView {
    let options = data
        .apps
        .iter()
        .map(|a| Choice::new(a.slug.as_str(), a.name.clone()))
        .collect();
    let first = data
        .apps
        .first()
        .map(|a| a.slug.to_string())
        .unwrap_or_default();
    let app = data
        .form
        .value_or("app", data.wanted.clone().unwrap_or(first));
    let links = Address::Links {
        tenant: &data.tenant,
    }
    .to_string();
    let send = data.mail.then(|| {
        let kind = if data.may.authorize {
            Kind::Plain
        } else {
            Kind::Primary
        };
        let formaction = links.clone();
        view! {
            <Button kind icon=Glyph::Send formaction name="how" value="mail">
                "Send a link"
            </Button>
        }
    });
    let kind = if data.may.authorize || data.mail {
        Kind::Plain
    } else {
        Kind::Primary
    };
    let buttons = view! {
        {data.may.authorize.then(|| view! {
            <Button kind=Kind::Primary>"Continue to Gorgias"</Button>
        })}
        {send}
        <Button kind icon=Glyph::Link formaction=links name="how" value="copy">
            "Make a link to copy"
        </Button>
    }
    .into_any();
    let (action, explanation) = if data.may.authorize {
        (
            Address::Connect {
                tenant: &data.tenant,
            }
            .to_string(),
            "If you are an admin of the account at Gorgias, approve the app there yourself. Otherwise make a link and send it to somebody who is.",
        )
    } else {
        (
            Address::Links {
                tenant: &data.tenant,
            }
            .to_string(),
            "Make a link and send it to an admin of the account at Gorgias, who approves the app there.",
        )
    };
    let body = view! {
        <form class="body" method="post" action=action>
            <FormKey/>
            <p>{explanation}</p>
            {problem(&data.form)}
            <Select name="app" label="App" options value=app error=data.form.error("app")/>
            <Field
                name="subdomain"
                label="Account"
                plain=true
                required=true
                autocomplete="off"
                placeholder="acme"
                hint="The “acme” of acme.gorgias.com; pasting the whole address works too."
                value=data.form.value("subdomain").or_else(|| data.account.clone())
                error=data.form.error("subdomain")
            />
            {data.mail.then(|| link_fields::email(&data.form, &[]))}
            {link_fields::language(&data.form, data.mail)}
            {link_fields::life(&data.form, data.now, data.link_life)}
            <p class="actions">{buttons} <LinkButton href=Address::Accounts { tenant: &data.tenant }.to_string() kind=Kind::Quiet>"Cancel"</LinkButton></p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="connect" title="Which account?">
            {body}
        </Panel>
    }
    .into_any()
}
