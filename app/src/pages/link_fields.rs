//! The fields of forms that make a reconnect link.

use crate::{
    components::{Button, Choice, Field, Glyph, Icon, Kind, Segments, Select, TextArea, absolute},
    form_state::FormState,
};
use domain::{
    customer::Language,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use service::{accounts::Contact, connections::links::LinkWords, mail::link_text::PLACEHOLDERS};

/// How long a link may work, in days.
const LIVES: [(&str, &str); 3] = [("1", "1 day"), ("7", "7 days"), ("30", "30 days")];

/// To whom the link is mailed, if it is. The contacts are offered, the first one is filled
/// in.
pub(super) fn email(form: &FormState, contacts: &[Contact]) -> AnyView {
    let first = contacts.first().map_or("", |contact| &contact.email);
    let options = contacts.iter().map(|contact| {
        view! { <option value=contact.email.clone()>{named(contact)}</option> }
    });
    let hint = match contacts {
        [] => "An admin of the account.".to_owned(),
        all => all.iter().map(known).collect::<Vec<_>>().join("; "),
    };
    view! {
        <Field
            name="email"
            label="Mail it to"
            plain=true
            maxlength=254_u32
            inputmode="email"
            autocomplete="off"
            placeholder="ann@example.com"
            hint
            value=form.value_or("email", first)
            error=form.error("email")
            list=(contacts.len() > 1).then(|| "link-contacts".to_owned())
        />
        <datalist id="link-contacts">{options.collect_view()}</datalist>
    }
    .into_any()
}

/// The name and the language of a contact.
fn named(contact: &Contact) -> String {
    let name = contact.name.clone().unwrap_or_default();
    match contact.language {
        Some(language) if name.is_empty() => language.label().to_owned(),
        Some(language) => format!("{name}, {}", language.label()),
        None => name,
    }
}

/// A contact in a line of help.
fn known(contact: &Contact) -> String {
    match named(contact) {
        name if name.is_empty() => contact.email.clone(),
        name => format!("{} ({name})", contact.email),
    }
}

/// The sender's own words in the mail, and what the customer reads.
pub(super) fn message(form: &FormState, words: Option<&LinkWords>) -> AnyView {
    let filled_in = PLACEHOLDERS.map(|(name, _)| name).join(", ");
    let typed = form
        .value("message")
        .filter(|typed| !typed.trim().is_empty());
    let preview = words.map(|words| {
        let text = words.text(typed.as_deref());
        let button = words.button;
        view! {
            <details class="more">
                <summary><Icon name=Glyph::Chevron/> "Preview"</summary>
                <div class="preview" inert>
                    <div class="sheet" lang=words.language.code()>
                        <p>
                            <b>{words.subject.clone()}</b>
                        </p>
                        <p
                            data-template=words.template.clone()
                            data-app=words.app.clone()
                            data-subdomain=words.subdomain.to_string()
                            data-sender=words.sender.clone()
                        >
                            {text}
                        </p>
                        <p>{words.signature.clone()}</p>
                        <Button kind=Kind::Primary plain=true>
                            {button}
                        </Button>
                    </div>
                </div>
            </details>
        }
    });
    view! {
        <TextArea
            name="message"
            label="Your words in the mail"
            hint=format!("If empty, those of the settings. {filled_in} are filled in.")
            value=form.value("message")
            error=form.error("message")
        />
        {preview}
    }
    .into_any()
}

/// The language of the mail and of what the customer reads.
pub(super) fn language(form: &FormState, mail: bool) -> AnyView {
    let hint = if mail {
        "That of the contact; else the mail is in English, and their browser decides about the pages."
    } else {
        "Their browser decides about the pages, unless you do."
    };
    let theirs = Choice::new("", "Theirs");
    let languages = Language::ALL.map(|one| Choice::new(one.code(), one.label()));
    let options = std::iter::once(theirs).chain(languages).collect();
    view! {
        <Select
            name="language"
            label="Language"
            options
            value=form.value_or("language", "")
            hint
            error=form.error("language")
        />
    }
    .into_any()
}

/// How long the link is to work.
pub(super) fn life(form: &FormState, now: Timestamp, usual: Span) -> AnyView {
    let options = LIVES
        .iter()
        .map(|(days, words)| Choice::new(*days, *words))
        .collect();
    let days = (usual.whole_seconds() / Span::days(1).whole_seconds()).to_string();
    let until = absolute(now.plus(usual));
    view! {
        <Segments
            name="days"
            legend="The link works for"
            options
            value=form.value_or("days", days)
            hint=format!("{} is until {until}.", usual.words())
        />
    }
    .into_any()
}
