//! What mails with reconnect links say, where answers go, and a test.

use super::Data;
use crate::{
    address::Address,
    components::{Button, Choice, Field, FormKey, Kind, Panel, PostButton, Radios, Size},
    pages::setup::problem,
};
use leptos::prelude::*;
use service::{
    mail::link_text::{LONGEST_TEXT, OWN_TEXT, PLACEHOLDERS},
    tenants::settings,
};

pub(super) fn section(data: &Data) -> AnyView {
    let from = match &data.mail_from {
        None => view! {
            <div class="body">
                <p>
                    <b>"This Mooring sends no mail. "</b>
                    "Links and invitations are copied by hand. Whoever runs the server sets up mail with "
                    <code>"MOORING_SMTP_URL"</code> " and " <code>"MOORING_MAIL_FROM"</code> "."
                </p>
            </div>
        }
        .into_any(),
        Some(from) => sending(data, from),
    };
    view! {
        <Panel id="mail" title="Mail">
            {from}
        </Panel>
    }
    .into_any()
}

fn sending(data: &Data, from: &str) -> AnyView {
    let form = data.form("settings_mail");
    let tenant = data.tenant.as_str();
    let placeholders: Vec<_> = PLACEHOLDERS
        .iter()
        .map(|(name, meaning)| format!("{name} is {meaning}"))
        .collect();
    let hint = format!(
        "{}. The button and the time that the link works until are always in the mail.",
        placeholders.join(", ")
    );
    let saved = data.mail_text.text.as_deref().unwrap_or(OWN_TEXT);
    let answers = if data.mail_text.answers_to_contact {
        "contact"
    } else {
        "sender"
    };
    let choices = vec![
        Choice::new("sender", "Whoever sent the link"),
        Choice::new("contact", "The contact under “Brand”"),
    ];
    let example = settings::example(data.mail_text.text.as_deref(), &data.reader);
    view! {
        <div class="body pair">
            <form class="form" method="post" action=Address::SettingsMail { tenant }.to_string() data-bar="Mail" data-draft="">
            <FormKey/>
                {problem(&form)}
                <p>{format!("All mail comes from {from}, with the name {} beside it.", data.settings.name)}</p>
                <Radios
                    name="answers_to"
                    legend="Answers go to"
                    options=choices
                    value=form.value_or("answers_to", answers)
                />
                <Field
                    name="mail_text"
                    label="What a mail with a reconnect link says"
                    maxlength=u32::try_from(LONGEST_TEXT).unwrap_or(u32::MAX)
                    autocomplete="off"
                    hint
                    value=form.value_or("mail_text", saved)
                    error=form.error("mail_text")
                />
                <p class="actions">
                    <Button about="mail">"Save"</Button>
                </p>
            </form>
            <div class="form">
                <p>"As customers read it now"</p>
                <div class="preview" data-brand=data.shown.file_name.is_some() inert>
                    <div class="sheet">
                        <p>
                            <b>"Reconnect acme.gorgias.com to Returns"</b>
                        </p>
                        <p>{example}</p>
                        <p>{format!("{}, {}", data.reader, data.settings.name)}</p>
                        <Button kind=Kind::Primary plain=true>
                            "See what it asks for, and reconnect"
                        </Button>
                    </div>
                </div>
                <PostButton
                    action=Address::SettingsTestMail { tenant }.to_string()
                    once=true
                    size=Size::Small
                >
                    "Send me a test"
                </PostButton>
            </div>
        </div>
    }
    .into_any()
}
