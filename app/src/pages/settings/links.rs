//! How long new links live, and the time zone.

use super::Data;
use crate::{
    address::Address,
    components::{Button, Choice, Panel, Segments, Select},
    pages::setup::problem,
};
use domain::{time::Span, zone::Zone};
use leptos::prelude::*;
use service::tenants::settings::LINK_LIVES;

fn days(span: Span) -> String {
    (span.whole_seconds() / Span::days(1).whole_seconds()).to_string()
}

pub(super) fn section(data: &Data) -> AnyView {
    let form = data.form("settings_links");
    let lives = LINK_LIVES
        .into_iter()
        .map(|life| Choice::new(days(life), life.words()))
        .collect();
    let zones = Zone::all()
        .into_iter()
        .map(|zone| Choice::new(zone.name(), zone.name().replace('_', " ")))
        .collect();
    let action = Address::SettingsLinks {
        tenant: &data.tenant,
    };
    let body = view! {
        <form class="body" method="post" action=action.to_string() data-bar="Links and time">
            {problem(&form)}
            <div class="pair">
                <Segments
                    name="link_life"
                    legend="A link works for"
                    options=lives
                    value=form.value_or("link_life", days(data.settings.link_life))
                    hint="For one approval. Links already made keep theirs, and whoever makes one may choose another time."
                />
                <Select
                    name="zone"
                    label="Time zone"
                    options=zones
                    value=form.value_or("zone", data.settings.zone.name())
                    hint="Pages and mails write times in it, with its name."
                    error=form.error("zone")
                />
            </div>
            <p class="actions">
                <Button about="links and time">"Save"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="links" title="Links and time">
            {body}
        </Panel>
    }
    .into_any()
}
