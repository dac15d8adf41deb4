//! `/t/{tenant}/apps/{app}/credentials`: the client ID, and the client secrets in two slots.

use super::{
    Data as App, Part, head,
    notices::{exchange_refused, fault},
    secrets,
};
use crate::{
    components::{Button, FormKey, NavItem, Panel},
    context::PageContext,
    frame::page_chrome,
    pages::{PageError, PageParams, app_form, setup::problem, show},
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::apps::secrets::{self as client_secrets, Slots};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let app = App::load(&context, &actor, &around, &address).await?;
    actor.require(Permission::ManageApps)?;
    let slots = client_secrets::show(&actor, app.app.id).await;
    let data = Data {
        slots: slots
            .inspect_err(|error| tracing::error!(%error, "the client secrets could not be loaded"))
            .ok(),
        app,
    };
    let title = format!("Credentials of {}", data.app.app.name);
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

struct Data {
    app: App,
    /// Its client secrets; `None` if they couldn't be loaded.
    slots: Option<Slots>,
}

fn view(data: &Data) -> AnyView {
    let app = &data.app;
    let of = secrets::Use {
        accounts: app.total(),
        faulty: app.app.credentials.fault.is_some(),
        in_doubt: app.app.credentials.in_doubt(),
    };
    let (tenant, slug) = (&app.tenant, app.app.slug.as_str());
    view! {
        {head(app, Part::Credentials, None)}
        {fault(app, Part::Credentials)}
        {exchange_refused(app)}
        {secrets::panel(tenant, slug, of, data.slots.as_ref(), &app.form)}
        {client_id(app)}
    }
    .into_any()
}

/// The form of the client ID.
fn client_id(data: &App) -> AnyView {
    let state = data.form("app_credentials");
    let body = view! {
        <form class="body" method="post" action=data.href(Part::Credentials) data-bar="Client ID">
            <FormKey/>
            {problem(&state)}
            {app_form::client_id(Some(&data.app), &state)}
            <p class="actions">
                <Button about="client ID">"Save"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="client-id" title="Client ID">
            {body}
        </Panel>
    }
    .into_any()
}
