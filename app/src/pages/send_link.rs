//! The form for a reconnect link, on the account's page.

use super::{
    account::Data,
    account_customer::CustomerData,
    link_fields::{email, language, life, message},
    mail_progress::mail_progress,
    outcome,
    overview_links::link_steps,
    row_action::add_offline,
    setup::problem,
};
use crate::{
    address::Address,
    components::{
        Button, Copy, CopyField, CopyText, FormKey, Glyph, HealthBadge, Kind, LinkButton, Outcome,
        Panel, Steps, absolute,
    },
    form_outcome::MadeLink,
};
use domain::{customer::Language, health::Health, health_words::NextStep};
use leptos::prelude::*;
use service::{
    accounts::Contact,
    connections::links::{LinkRow, LinkWords},
};

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
                    {made(link, data.link_words.as_ref())} {track(data)}
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
                    {data.mail.then(|| email(&data.form, contacts(data)))}
                    {data.mail.then(|| message(&data.form, data.link_words.as_ref()))}
                    {language(&data.form, data.mail)}
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
                "Make link"
            </Button>
        }
        .into_any()
    }
}

/// The language in which a mail to the customer is: that of the link, or of the first contact.
pub(super) fn spoken(customer: Option<&CustomerData>, link: Option<&LinkRow>) -> Language {
    let of_link = link.and_then(|link| link.language);
    let first = || customer?.customer.contacts.first()?.language;
    of_link.or_else(first).unwrap_or_default()
}

/// The contacts to whom links are mailed, in their order.
fn contacts(data: &Data) -> &[Contact] {
    let shown = data.customer.as_ref();
    shown.map_or(&[], |shown| &shown.customer.contacts)
}

/// The new link, shown for two minutes, with a message to send it in.
pub(super) fn made(link: MadeLink, words: Option<&LinkWords>) -> AnyView {
    let (url, until) = (link.url, absolute(link.until));
    let message = words.map(|words| {
        view! {
            <CopyText id="link-message" label="Or the whole message" value=words.message(&url)>
                <Copy of="link-message" what="message"/>
            </CopyText>
        }
    });
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
        {message}
    }
    .into_any()
}
