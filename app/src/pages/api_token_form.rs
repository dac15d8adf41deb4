//! The form that makes an API token.

use super::{api_tokens::Data, setup::problem};
use crate::{
    address::Address,
    components::{Button, Choice, Field, FormKey, Kind, Panel, Radios, Select},
    form_state::FormState,
};
use domain::{request_rate::RequestRate, role::Role};
use leptos::prelude::*;

/// What a role means for a backend.
const fn meaning(role: Role) -> &'static str {
    match role {
        Role::Backend => {
            "Reads access tokens, accounts and events, checks accounts, makes reconnect links; changes nothing else: what a backend needs"
        }
        Role::Owner => "Everything, also making tokens",
        Role::Operator => "Also adds and changes apps, disconnects accounts",
        Role::Success => "Sees accounts, checks them, makes reconnect links; no access tokens",
        Role::Viewer => "Sees accounts and their health; no access tokens",
    }
}

/// How long a token may work.
fn lives() -> Vec<Choice> {
    vec![
        Choice::new("", "Until it is revoked"),
        Choice::new("30", "For 30 days"),
        Choice::new("90", "For 90 days"),
        Choice::new("365", "For a year"),
    ]
}

pub(super) fn create(data: &Data) -> AnyView {
    let form = if data.form.action == "api_token" {
        data.form.clone()
    } else {
        FormState::default()
    };
    let roles = Role::ALL
        .into_iter()
        .rev()
        .filter(|r| data.role.may_give_to_api_token(*r))
        .map(|r| Choice::new(r.code(), r.label()).hint(meaning(r)))
        .collect();
    let mut apps = vec![Choice::new("", "All apps")];
    apps.extend(
        data.apps
            .iter()
            .map(|a| Choice::new(a.slug.as_str(), a.name.clone())),
    );
    let body = view! {
        <form class="body" method="post" action=Address::ApiTokens { tenant: &data.tenant }.to_string()>
            <FormKey/>
            {problem(&form)}
            <Field
                name="name"
                label="Name"
                required=true
                maxlength=60_u32
                autocomplete="off"
                placeholder="Returns backend"
                value=form.value("name")
                error=form.error("name")
            />
            <Radios
                name="role"
                legend="Role"
                options=roles
                value=form.value_or("role", Role::Backend.code())
                error=form.error("role")
            />
            <Select name="app" label="App" options=apps value=form.value_or("app", "") error=form.error("app")/>
            <Select
                name="expires"
                label="Works"
                options=lives()
                value=form.value_or("expires", "")
                error=form.error("expires")
            />
            <Field
                name="networks"
                label="Networks"
                maxlength=2_000_u32
                autocomplete="off"
                placeholder="203.0.113.0/24, 2001:db8::/32"
                hint="From where the token works, separated by commas. Leave it empty for everywhere."
                value=form.value("networks")
                error=form.error("networks")
            />
            <Field
                name="rate"
                label="Requests a second"
                inputmode="numeric"
                autocomplete="off"
                placeholder=RequestRate::USUAL.per_second().to_string()
                value=form.value("rate")
                error=form.error("rate")
            />
            <Field
                name="burst"
                label="Requests at once"
                inputmode="numeric"
                autocomplete="off"
                placeholder=RequestRate::USUAL.burst().to_string()
                hint="What is more is refused with 429. Empty fields mean the usual 50 a second and 200 at once."
                value=form.value("burst")
                error=form.error("burst")
            />
            <p class="actions">
                <Button kind=Kind::Primary>"Create token"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="create" title="Create a token">
            {body}
        </Panel>
    }
    .into_any()
}
