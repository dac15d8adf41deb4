//! `…/apps/{app}/reveal`: shows the client secret for half a minute, to somebody
//! who signed in or confirmed a few minutes ago. The page has no islands, so no script runs here and no data
//! for a script is in the page.

use super::{PageError, PageParams, outcome, show};
use crate::{
    address::Address,
    components::{
        Button, Callout, CopyField, Crumb, FormKey, Glyph, Kind, LinkButton, NavItem, PageHead,
        Panel,
    },
    context::PageContext,
    form_outcome::FormOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use axum::http::{HeaderValue, header::REFRESH};
use domain::{health::Health, permission::Permission};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use service::apps::{App, list, secrets::reveal::SHOWN_FOR};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let app = list::one(&actor, address.part("app"))
        .await?
        .ok_or(PageError::NotFound)?;
    actor.require(Permission::ManageApps)?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let state = context.form("app_reveal");
    let secret = context
        .outcome
        .as_ref()
        .and_then(|shown| shown.secret_of(&FormOutcome::SecretShown));
    // The form shows its own errors.
    let said = match secret {
        Some(_) => None,
        None => outcome::outcome(context.outcome.as_ref(), &FormState::default()),
    };
    if secret.is_some() {
        leave_soon(actor.tenant_slug.as_str(), &app);
    }
    Ok(view! {
        <SignedInLayout frame=around.frame no_script=true title="Show client secret">
            {said}
            {view(actor.tenant_slug.as_str(), &app, secret, &state)}
        </SignedInLayout>
    }
    .into_any())
}

/// Sends the browser back to the credentials after a while. This is a header rather than a
/// part of the page, so that it doesn't depend on the order in which parts are
/// rendered.
fn leave_soon(tenant: &str, app: &App) {
    let app = app.slug.as_str();
    let to = Address::AppCredentials { tenant, app };
    let leave = format!("{};url={to}", SHOWN_FOR.whole_seconds());
    if let (Some(response), Ok(leave)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::try_from(leave),
    ) {
        response.insert_header(REFRESH, leave);
    }
}

pub(super) fn view(tenant: &str, app: &App, secret: Option<String>, state: &FormState) -> AnyView {
    let slug = app.slug.as_str();
    let apps = Address::Apps { tenant }.to_string();
    let of_app = Address::App { tenant, app: slug }.to_string();
    let href = Address::AppCredentials { tenant, app: slug }.to_string();
    let crumbs = vec![
        Crumb::new("Apps", apps),
        Crumb::new(app.name.clone(), of_app),
        Crumb::new("Credentials", href.clone()),
    ];
    let body = match secret {
        Some(secret) => shown(&href, secret),
        None => question(
            Address::Reveal { tenant, app: slug }.to_string(),
            &href,
            state,
        ),
    };
    view! {
        <PageHead title="Client secret" crumbs/>
        <Panel id="reveal" title="Secret in use">
            {body}
        </Panel>
    }
    .into_any()
}

fn question(action: String, href: &str, state: &FormState) -> AnyView {
    let problem = state.problem().map(|text| {
        view! {
            <Callout health=Health::Disconnected icon=Glyph::Warn alert=true>
                <p>{text}</p>
            </Callout>
        }
    });
    view! {
        <form class="body" method="post" action=action>
            <FormKey/>
            {problem}
            <p>
                {format!(
                    "It is shown for {} seconds, and the audit names you. Make sure that nobody else sees your screen.",
                    SHOWN_FOR.whole_seconds(),
                )}
            </p>
            <p class="actions">
                <Button kind=Kind::Primary>"Show client secret"</Button>
                <LinkButton href=href.to_owned()>"Back"</LinkButton>
            </p>
        </form>
    }
    .into_any()
}

/// The answer's header `Refresh` makes the browser leave the page.
fn shown(href: &str, secret: String) -> AnyView {
    let seconds = SHOWN_FOR.whole_seconds();
    view! {
        <div class="body">
            <CopyField
                id="client-secret"
                label="Client secret"
                value=secret
                hint=format!(
                    "This page leaves by itself after {seconds} seconds. Going back shows it again, until two minutes are over."
                )
            />
            <p class="actions">
                <LinkButton href=href.to_owned()>"Hide it now"</LinkButton>
            </p>
        </div>
    }
    .into_any()
}
