//! The name of the tenant.

use super::Data;
use crate::{
    address::Address,
    components::{Button, Field, FormKey, Panel},
    pages::setup::problem,
};
use leptos::prelude::*;

pub(super) fn section(data: &Data) -> AnyView {
    let form = data.form("settings_name");
    let action = Address::Settings {
        tenant: &data.tenant,
    };
    let hint = format!(
        "Customers and colleagues see it. The short name {} stays: it is part of addresses.",
        data.settings.slug
    );
    let body = view! {
        <form class="body" method="post" action=action.to_string() data-bar="Name">
            <FormKey/>
            {problem(&form)}
            <Field
                name="name"
                label="Name"
                required=true
                maxlength=100_u32
                autocomplete="organization"
                hint
                value=form.value_or("name", data.settings.name.clone())
                error=form.error("name")
            />
            <p class="actions">
                <Button about="name">"Save"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="name-panel" title="Name">
            {body}
        </Panel>
    }
    .into_any()
}
