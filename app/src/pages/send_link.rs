//! The form for a reconnect link, on the account's page.

use super::{
    account::Data, mail_progress::mail_progress, outcome, overview_links::link_steps,
    row_action::add_offline, setup::problem,
};
use crate::{
    address::Address,
    components::{
        Button, Choice, Copy, CopyField, Field, FormKey, Glyph, HealthBadge, Kind, LinkButton,
        Outcome, Panel, Segments, Select, Steps, TextArea, absolute,
    },
    form_outcome::MadeLink,
    form_state::FormState,
};
use domain::{
    customer::Language,
    health::Health,
    health_words::NextStep,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use service::mail::link_text::PLACEHOLDERS;

/// How long a link may work, in days.
const LIVES: [(&str, &str); 3] = [("1", "1 day"), ("7", "7 days"), ("30", "30 days")];

pub(super) fn view(data: &Data) -> AnyView {
    let (account, app) = (&data.account.row.subdomain, &data.account.row.app_name);
    let row = &data.account.row;
    let (title, body) = match data.link_made() {
        None if data.link_tracked => {
            let body = view! { <div class="body">{track(data)}</div> }.into_any();
            (format!("Link for {account}"), body)
        }
        None if row.explanation.next == NextStep::AddOffline => (
            format!("A link can’t help {account} yet"),
            offline_first(data),
        ),
        Some(link) => {
            let body = view! {
                <div class="body">
                    {made(link)} {track(data)}
                    <p class="actions">
                        <LinkButton href=data.href() closes=true>"Done"</LinkButton>
                    </p>
                </div>
            }
            .into_any();
            (format!("Reconnect link for {account}"), body)
        }
        None if data.link_mailed() => (format!("Link for {account}"), mailed(data)),
        _ => {
            let what = format!(
                ".gorgias.com opens it, approves at Gorgias, and {app} works again. Opening the link uses nothing up; it works for one approval, and you can withdraw it before."
            );
            let links = Address::AccountLinks {
                tenant: &data.tenant,
                app: data.account.row.app_slug.as_str(),
                subdomain: data.account.row.subdomain.as_str(),
            }
            .to_string();
            let body = view! {
                <form class="body" method="post" action=links data-draft="">
                    <FormKey/>
                    <p>"An admin of " <b>{account.to_string()}</b> {what}</p>
                    {problem(&data.form)}
                    {data.mail.then(|| email(&data.form, contact(data)))}
                    {data.mail.then(|| message(&data.form))}
                    {language(&data.form, of_contact(data))}
                    {life(&data.form, data.now, data.link_life)}
                    <p class="actions">
                        {buttons(data.mail)}
                        <LinkButton href=data.href() closes=true>"Cancel"</LinkButton>
                    </p>
                </form>
            }
            .into_any();
            (format!("Send a reconnect link to {account}"), body)
        }
    };
    view! {
        // What the dialog shows.
        <div id="link-panel" aria-labelledby="link">
            <Panel id="link" title>
                {body}
            </Panel>
        </div>
    }
    .into_any()
}

/// How far the newest link is. It moves by itself.
fn track(data: &Data) -> Option<AnyView> {
    let link = data.links.as_ref()?.first()?;
    let row = &data.account.row;
    Some(
        view! {
            <div class="track" data-live="link-track" data-follow=format!("{}?link=track", data.href())>
                {link.mail.as_ref().map(|mail| view! { <p>{mail_progress(mail)}</p> })}
                <Steps steps=link_steps(link.state, link.created_at, data.now)/>
                <p>
                    {format!("{} now: ", data.title())}
                    <HealthBadge health=row.health/>
                </p>
            </div>
        }
        .into_any(),
    )
}

/// The link that was mailed just now.
fn mailed(data: &Data) -> AnyView {
    view! {
        <div class="body">
            {outcome::outcome(data.outcome.as_ref(), &data.form)}
            {track(data)}
            <p class="actions">
                <LinkButton href=data.href() closes=true>"Done"</LinkButton>
            </p>
        </div>
    }
    .into_any()
}

/// Why no link can be made: without “offline”, the account would stop again after the approval.
fn offline_first(data: &Data) -> AnyView {
    let row = &data.account.row;
    let app = row.app_name.clone();
    let add = if data.may.manage_apps {
        let href = add_offline(&data.tenant, row.app_slug.as_str());
        view! {
            <LinkButton href kind=Kind::Primary icon=Glyph::Apps>
                {format!("Add offline to {app}")}
            </LinkButton>
        }
        .into_any()
    } else {
        view! { <p>"Ask an operator or owner of your tenant to add it."</p> }.into_any()
    };
    view! {
        <div class="body">
            <p>
                {format!(
                    "{app} doesn’t ask for the scope “offline”, so each approval ends after a day or so. Once the app asks for it, send a link.",
                )}
            </p>
            <p class="actions">{add} <LinkButton href=data.href() closes=true>"Back"</LinkButton></p>
        </div>
    }
    .into_any()
}

fn buttons(mail: bool) -> AnyView {
    if mail {
        view! {
            <Button kind=Kind::Primary icon=Glyph::Send name="how" value="mail">
                "Send link"
            </Button>
            <Button icon=Glyph::Link name="how" value="copy">
                "Make a link to copy"
            </Button>
        }
        .into_any()
    } else {
        view! {
            <Button kind=Kind::Primary icon=Glyph::Link name="how" value="copy">
                "Make the link"
            </Button>
        }
        .into_any()
    }
}

/// The address of the account's first contact, to whom links are offered first.
fn contact(data: &Data) -> &str {
    let shown = data.customer.as_ref();
    let first = shown.and_then(|shown| shown.customer.contacts.first());
    first.map_or("", |contact| &contact.email)
}

/// The sender's own words in the mail.
fn message(form: &FormState) -> AnyView {
    let filled_in = PLACEHOLDERS.map(|(name, _)| name).join(", ");
    view! {
        <TextArea
            name="message"
            label="Your words in the mail"
            hint=format!("If empty, those of the settings. {filled_in} are filled in.")
            value=form.value("message")
            error=form.error("message")
        />
    }
    .into_any()
}

/// To whom the link is mailed, if it is.
pub(super) fn email(form: &FormState, contact: &str) -> AnyView {
    view! {
        <Field
            name="email"
            label="Mail it to"
            plain=true
            maxlength=254_u32
            inputmode="email"
            autocomplete="off"
            placeholder="ann@example.com"
            hint="An admin of the account."
            value=form.value_or("email", contact)
            error=form.error("email")
        />
    }
    .into_any()
}

/// The language of the account's first contact, to whom links are offered first.
fn of_contact(data: &Data) -> Option<Language> {
    let shown = data.customer.as_ref()?;
    shown.customer.contacts.first()?.language
}

/// The language of the mail and of what the customer reads.
pub(super) fn language(form: &FormState, of_contact: Option<Language>) -> AnyView {
    let browser = Choice::new("", "The one of their browser");
    let languages = Language::ALL.map(|one| Choice::new(one.code(), one.label()));
    let options = std::iter::once(browser).chain(languages).collect();
    let value = form.value_or("language", of_contact.map_or("", Language::code));
    view! {
        <Select
            name="language"
            label="Language"
            options
            value
            hint="Of the mail and of the customer’s pages. A mail is in English unless you choose."
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

/// The new link, shown for two minutes.
pub(super) fn made(link: MadeLink) -> AnyView {
    let (url, until) = (link.url, absolute(link.until));
    view! {
        <Outcome health=Health::Working>
            <b>"The link is ready. "</b>
            {format!("It works until {until}, for one approval.")}
        </Outcome>
        <CopyField
            id="link-url"
            label="Send this to an admin of the account"
            value=url
            hint="Copy it now: in two minutes it is gone from here, and only its fingerprint is kept. You can always make another one."
        >
            <Copy of="link-url" what="reconnect link"/>
        </CopyField>
    }
    .into_any()
}
