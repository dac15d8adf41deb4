//! `/t/{tenant}/apps/{app}/settings`: its name, where customers go on to, how it talks to
//! Gorgias, and its removal.

use super::{Data, Part, head};
use crate::{
    address::Address,
    components::{Button, Field, FormKey, Glyph, Icon, Kind, NavItem, Panel},
    context::PageContext,
    frame::page_chrome,
    pages::{PageError, PageParams, app_form, setup::problem, show},
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let data = Data::load(&context, &actor, &around, &address).await?;
    actor.require(Permission::ManageApps)?;
    let title = format!("Settings of {}", data.app.name);
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(in crate::pages) fn view(data: &Data) -> AnyView {
    view! {
        {head(data, Part::Settings, None)}
        {form(data)}
        {removal(data)}
    }
    .into_any()
}

fn form(data: &Data) -> AnyView {
    let state = data.form("app_settings");
    let app = Some(&data.app);
    let name = view! {
        <div class="body">{app_form::name(app, &state)} {app_form::after_install(app, &state)}</div>
    }
    .into_any();
    let exchange = view! { <div class="body">{app_form::exchange(app, &state)}</div> }.into_any();
    view! {
        <form class="form" method="post" action=data.href(Part::Settings) data-bar="Settings" data-draft="">
            <FormKey/>
            {problem(&state)}
            <Panel id="name-panel" title="Name">
                {name}
            </Panel>
            <Panel id="advanced" title="How to talk to Gorgias">
                {exchange}
            </Panel>
            <p class="actions">
                <Button kind=Kind::Primary>"Save"</Button>
            </p>
        </form>
    }
    .into_any()
}

/// The removal can't be undone, so the name has to be typed.
fn removal(data: &Data) -> AnyView {
    let mine = data.form.action == "app_remove";
    let error = mine
        .then(|| data.form.error("confirm").or_else(|| data.form.problem()))
        .flatten();
    let n = match data.total() {
        0 => "It has no accounts.".to_owned(),
        1 => "Its 1 account, its tokens and timeline are forgotten, and it has to be approved again from scratch.".to_owned(),
        n => format!("Its {n} accounts, their tokens and timelines are forgotten, and each has to be approved again from scratch."),
    };
    let body = view! {
        <details class="more body" open=mine>
            <summary>
                <Icon name=Glyph::Chevron/>
                {format!("Remove {}…", data.app.name)}
            </summary>
            <form class="form" method="post" action=Address::RemoveApp { tenant: &data.tenant, app: data.app.slug.as_str() }.to_string()>
                <FormKey/>
                <p>
                    {format!(
                        "{n} Nobody can undo that. Backends that read its tokens here get “not found” at once. At Gorgias, customers keep the app until they remove it there.",
                    )}
                </p>
                <Field
                    name="confirm"
                    label=format!("Type {} to confirm", data.app.slug)
                    plain=true
                    required=true
                    autocomplete="off"
                    error
                />
                <p class="actions">
                    <Button kind=Kind::Destroy>
                        {format!("Remove {} and forget its tokens", data.app.name)}
                    </Button>
                </p>
            </form>
        </details>
    }
    .into_any();
    view! {
        <Panel id="remove" title="Remove this app">
            {body}
        </Panel>
    }
    .into_any()
}
