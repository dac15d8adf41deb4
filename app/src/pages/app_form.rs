//! The fields of an app: credentials, permissions, and advanced options. A new app has all
//! of them in one form; those of an app stand in the parts of its page.

use super::setup::problem;
use crate::{
    components::{
        Button, Callout, Checkbox, Choice, Field, FormKey, Glyph, Icon, Kind, Panel, Radios,
        ScopePicker, SecretField,
    },
    form_state::FormState,
};
use domain::{basic_encoding::BasicEncoding, health::Health, scope::ScopeSet, scope_catalogue};
use leptos::prelude::*;
use service::apps::App;

/// The ticked checkboxes: as typed, as stored, or the defaults of a new app.
pub(super) fn asked(app: Option<&App>, state: &FormState) -> ScopeSet {
    if state.was_posted() {
        let words = state.all("scope").chain(state.all("scopes"));
        return words
            .flat_map(str::split_ascii_whitespace)
            .filter_map(|s| s.parse().ok())
            .collect();
    }
    app.map_or_else(scope_catalogue::basics, |app| app.requested.clone())
}

/// What a change of permissions means for connected accounts.
fn consequence(accounts: u64) -> Option<AnyView> {
    (accounts > 0).then(|| {
        let who = if accounts == 1 { "its 1 account".to_owned() } else { format!("its {accounts} accounts") };
        view! {
            <Callout health=Health::Limited icon=Glyph::Info>
                <p>
                    <b>"Adding a permission"</b>
                    {format!(
                        " makes those of {who} Limited that haven’t granted it, until their admins approve it with a reconnect link. Taking one away changes nothing at Gorgias until the next approval.",
                    )}
                </p>
            </Callout>
        }
        .into_any()
    })
}

/// The form of a new app.
pub(super) fn form(action: &str, state: &FormState) -> AnyView {
    view! {
        <form class="form" method="post" action=action.to_owned() data-draft="">
            <FormKey/>
            {problem(state)}
            {credentials(state)}
            {permissions(None, 0, state)}
            {advanced(state)}
            <p class="actions">
                <Button kind=Kind::Primary>"Add app"</Button>
            </p>
        </form>
    }
    .into_any()
}

/// The name that is typed or stored.
pub(super) fn name_of(app: Option<&App>, state: &FormState) -> String {
    let stored = app.map(|app| app.name.clone()).unwrap_or_default();
    // The form of permissions has no name.
    state.value("name").unwrap_or(stored)
}

/// The field of the name.
pub(super) fn name(app: Option<&App>, state: &FormState) -> AnyView {
    let stored = app.map(|app| app.name.clone()).unwrap_or_default();
    view! {
        <Field
            name="name"
            label="Name"
            required=true
            maxlength=60_u32
            autocomplete="off"
            hint="Customers read it on reconnect links."
            value=state.value_or("name", stored)
            error=state.error("name")
        />
    }
    .into_any()
}

/// The field of the client ID.
pub(super) fn client_id(app: Option<&App>, state: &FormState) -> AnyView {
    let stored = app.map(|app| app.client_id.clone()).unwrap_or_default();
    view! {
        <Field
            name="client_id"
            label="Client ID"
            plain=true
            required=true
            autocomplete="off"
            value=state.value_or("client_id", stored)
            error=state.error("client_id")
        />
    }
    .into_any()
}

fn credentials(state: &FormState) -> AnyView {
    let body = view! {
        <div class="body">
            {name(None, state)}
            <Field
                name="slug"
                label="Short name for addresses (optional)"
                plain=true
                maxlength=40_u32
                autocomplete="off"
                hint="Made from the name if you leave it empty. It can’t be changed later."
                value=state.value("slug")
                error=state.error("slug")
            />
            {client_id(None, state)}
            <SecretField
                name="client_secret"
                label="Client secret"
                hint="It is encrypted before it is stored, and never shown again."
                error=state.error("client_secret")
            />
        </div>
    }
    .into_any();
    view! {
        <Panel id="credentials" title="Name and credentials">
            {body}
        </Panel>
    }
    .into_any()
}

/// The choice of permissions, and what a change of them means for so many accounts.
pub(super) fn permissions(app: Option<&App>, accounts: u64, state: &FormState) -> AnyView {
    let name = name_of(app, state);
    let caption = format!(
        "Permissions that {} asks for, by resource",
        if name.is_empty() { "the app" } else { &name }
    );
    let error = state
        .error("scopes")
        .or_else(|| state.error("scope"))
        .map(|error| {
            view! {
                <Callout health=Health::Disconnected icon=Glyph::Warn alert=true>
                    <p>{error}</p>
                </Callout>
            }
        });
    let (scopes, consequence) = (asked(app, state), consequence(accounts));
    let footer = view! { <span>"Customers see this list in plain words"</span> }.into_any();
    view! {
        <Panel id="asks" title="Permissions it asks for" footer>
            {error}
            <ScopePicker asked=scopes caption/>
            {consequence}
        </Panel>
    }
    .into_any()
}

/// The field of the address after an installation.
pub(super) fn after_install(app: Option<&App>, state: &FormState) -> AnyView {
    let stored = app.and_then(|app| app.after_install_url.clone());
    view! {
        <Field
            name="after_install_url"
            label="Address to go on to after installing (optional)"
            kind="url"
            plain=true
            autocomplete="off"
            placeholder="https://app.example.com/welcome"
            hint="The page after an approval links to it, with ?account= and the subdomain."
            value=state.value_or("after_install_url", stored.unwrap_or_default())
            error=state.error("after_install_url")
        />
    }
    .into_any()
}

/// The fields that say how tokens are asked for.
pub(super) fn exchange(app: Option<&App>, state: &FormState) -> AnyView {
    let encoding = app.map(|app| app.basic_encoding).unwrap_or_default();
    let pkce = if state.was_posted() {
        state.value("pkce").is_some()
    } else {
        app.is_some_and(|app| app.pkce)
    };
    let options = BasicEncoding::ALL
        .into_iter()
        .map(|e| Choice::new(e.code(), e.label()))
        .collect();
    view! {
        <Radios
            name="basic_encoding"
            legend="How client ID and secret are sent"
            options
            value=state.value_or("basic_encoding", encoding.code())
            hint="Change this only if Gorgias refuses credentials that are right; they differ for secrets with + / = or %."
            error=state.error("basic_encoding")
        />
        <Checkbox
            name="pkce"
            label="Use PKCE"
            hint="RFC 7636. Gorgias doesn’t document it; try it on a sandbox first."
            checked=pkce
        />
    }
    .into_any()
}

/// Options that few apps need; open if one of them has an error.
fn advanced(state: &FormState) -> AnyView {
    let wrong =
        state.error("after_install_url").is_some() || state.error("basic_encoding").is_some();
    let body = view! {
        <details class="more body" open=wrong>
            <summary>
                <Icon name=Glyph::Chevron/>
                "Where to go after installing, and how to talk to Gorgias"
            </summary>
            <div class="form">{after_install(None, state)} {exchange(None, state)}</div>
        </details>
    }
    .into_any();
    view! {
        <Panel id="advanced" title="Advanced">
            {body}
        </Panel>
    }
    .into_any()
}
