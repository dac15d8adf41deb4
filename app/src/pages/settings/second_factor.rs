//! Whether everybody needs a second factor.

use super::Data;
use crate::{
    address::Address,
    components::{Button, Checkbox, Panel},
    pages::setup::problem,
};
use leptos::prelude::*;

pub(super) fn section(data: &Data) -> AnyView {
    let form = data.form("settings_second_factor");
    let error = form.error("second_factor").map(|error| {
        view! {
            <p class="error" id="second-factor-error">
                {error}
                " "
                <a href=Address::Authenticator.to_string()>"Set one up"</a>
            </p>
        }
    });
    let checked = if form.failed() {
        form.value("second_factor").is_some()
    } else {
        data.settings.second_factor
    };
    let action = Address::SettingsSecondFactor {
        tenant: &data.tenant,
    };
    let body = view! {
        <form class="body" method="post" action=action.to_string() data-bar="Second factor">
            {problem(&form)}
            <div class="field">
                <Checkbox
                    name="second_factor"
                    label="Everybody needs a second factor"
                    hint="Whoever has none sets one up before they open this tenant. Whom single sign-on brings is asked by its provider."
                    checked
                />
                {error}
            </div>
            <p class="actions">
                <Button about="second factor">"Save"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="second-factor" title="Second factor">
            {body}
        </Panel>
    }
    .into_any()
}
