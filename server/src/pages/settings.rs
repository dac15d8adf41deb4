//! The settings of a tenant: one form for each part.

use crate::pages::{Answered, Form, Posted, PostedFile, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{color::Color, permission::Permission, time::Span, zone::Zone};
use serde::Deserialize;
use service::{
    Actor,
    core::input::{Errors, Field, Input},
    tenants::settings::{self, BrandSettings, MailText, Retention, SettingsError},
};

pub(super) const NAME: Form = Form::new("settings_name", &["name"]).kept();
pub(super) const BRAND: Form =
    Form::new("settings_brand", &["color_light", "color_dark", "contact"]).kept();
const LOGO: Form = Form::new("settings_logo", &[]);
pub(super) const MAIL: Form = Form::new("settings_mail", &["mail_text", "answers_to"]).kept();
const LINKS: Form = Form::new("settings_links", &["link_life", "zone"]);
const SECOND_FACTOR: Form = Form::new("settings_second_factor", &["second_factor"]);
const RETENTION: Form = Form::new("settings_retention", &["events_kept", "audit_kept"]);

/// The tenant's name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Name {
    name: Field<String>,
}

impl Input for Name {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        Some(errors.text("name", self.name))
    }
}

/// Colours and contact.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Brand {
    color_light: Field<String>,
    color_dark: Field<String>,
    contact: Field<String>,
}

impl Input for Brand {
    type Parsed = BrandSettings;

    fn parse(self, errors: &mut Errors) -> Option<BrandSettings> {
        let light = errors.parsed::<Color>("color_light", self.color_light);
        let dark = errors.parsed::<Color>("color_dark", self.color_dark);
        let contact = errors.text("contact", self.contact);
        Some(BrandSettings {
            light,
            dark,
            contact: Some(contact.trim().to_owned()).filter(|text| !text.is_empty()),
        })
    }
}

/// The words of mails, and where answers go.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Mail {
    mail_text: Field<String>,
    answers_to: Field<String>,
}

impl Input for Mail {
    type Parsed = MailText;

    fn parse(self, errors: &mut Errors) -> Option<MailText> {
        let to_contact = errors.either("answers_to", self.answers_to, ["contact", "sender"]);
        Some(MailText {
            text: Some(errors.text("mail_text", self.mail_text)),
            answers_to_contact: to_contact == Some(true),
        })
    }
}

/// The life of links, and the zone.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Links {
    link_life: Field<String>,
    zone: Field<String>,
}

impl Input for Links {
    type Parsed = (Span, Zone);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let days = errors.number("link_life", self.link_life, 1..=30);
        let zone = errors.parsed::<Zone>("zone", self.zone);
        Some((Span::days(days.unwrap_or_default().into()), zone?))
    }
}

/// How long things are kept.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Kept {
    events_kept: Field<String>,
    audit_kept: Field<String>,
    agreed: Field<String>,
}

impl Input for Kept {
    type Parsed = (Retention, bool);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let mut span = |name, field: Field<String>| match field.given() {
            Some("forever") => None,
            _ => errors
                .number(name, field, 1..=36_500)
                .map(|days| Span::days(days.into())),
        };
        let kept = Retention {
            events: span("events_kept", self.events_kept),
            audit: span("audit_kept", self.audit_kept),
        };
        Some((kept, errors.ticked("agreed", self.agreed)))
    }
}

/// Whether everybody needs a second factor.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SecondFactor {
    second_factor: Field<String>,
}

impl Input for SecondFactor {
    type Parsed = bool;

    fn parse(self, errors: &mut Errors) -> Option<bool> {
        Some(errors.ticked("second_factor", self.second_factor))
    }
}

fn page_of(tenant: &str) -> String {
    Address::Settings { tenant }.to_string()
}

/// The answer after a part was saved, or was not.
async fn saved(
    posted: &Posted,
    page: &str,
    form: &Form,
    result: Result<(), SettingsError>,
) -> Result<Response, Answered> {
    match result {
        Ok(()) => posted.done(page, FormOutcome::SettingsSaved).await,
        Err(SettingsError::Forbidden(_)) => Ok(posted.forbidden(page, form).await),
        Err(SettingsError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(page, form, errors).await)
        }
        Err(SettingsError::NotConfirmed) => Ok(posted.ask_to_confirm(page, form).await?),
        Err(SettingsError::Internal(error)) => Err(error.into()),
    }
}

/// Gives the tenant another name.
pub async fn rename(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Name>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &NAME).await?;
    let name = posted.parse(fields, &page, &NAME).await?;
    let result = settings::rename(&actor, &name).await;
    saved(&posted, &page, &NAME, result).await
}

/// Saves colours and contact.
pub async fn brand(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Brand>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &BRAND).await?;
    let new = posted.parse(fields, &page, &BRAND).await?;
    let result = settings::save_brand(&actor, new).await;
    saved(&posted, &page, &BRAND, result).await
}

/// Stores the logo.
pub async fn logo(
    Path(tenant): Path<String>,
    PostedFile(posted, file): PostedFile,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &LOGO).await?;
    let result = settings::save_logo(&actor, file).await;
    saved(&posted, &page, &LOGO, result).await
}

/// Removes the logo.
pub async fn remove_logo(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor: Actor = posted.member(&tenant, &page, &LOGO).await?;
    let result = settings::remove_logo(&actor).await;
    saved(&posted, &page, &LOGO, result).await
}

/// Saves the words of mails, and where answers go.
pub async fn mail(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Mail>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &MAIL).await?;
    let new = posted.parse(fields, &page, &MAIL).await?;
    let result = settings::save_mail_text(&actor, new).await;
    saved(&posted, &page, &MAIL, result).await
}

/// Sends a test mail to whoever asks.
pub async fn test_mail(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &MAIL).await?;
    posted.first(&page).await?;
    match settings::send_test_mail(&actor).await {
        Ok(answer) => {
            let outcome = FormOutcome::TestMailTaken { answer };
            posted.done(&page, outcome).await
        }
        Err(error) => saved(&posted, &page, &MAIL, Err(error)).await,
    }
}

/// Saves the life of links and the zone.
pub async fn links(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Links>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &LINKS).await?;
    let (life, zone) = posted.parse(fields, &page, &LINKS).await?;
    let result = settings::save_links_and_time(&actor, life, zone).await;
    saved(&posted, &page, &LINKS, result).await
}

/// Saves how long things are kept.
pub async fn retention(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Kept>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &RETENTION).await?;
    let (kept, agreed) = posted.parse(fields, &page, &RETENTION).await?;
    let confirmed = posted.visitor.confirmed();
    let result = settings::save_retention(&actor, confirmed.as_ref(), kept, agreed).await;
    saved(&posted, &page, &RETENTION, result).await
}

/// Asks everybody for a second factor, or nobody.
pub async fn second_factor(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<SecondFactor>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let form = &SECOND_FACTOR;
    let actor = posted.member(&tenant, &page, form).await?;
    let asked = posted.parse(fields, &page, form).await?;
    let permission = Permission::ManageTenant;
    let confirmed = posted
        .member_confirmed(&actor, permission, &page, form)
        .await?;
    let result = settings::save_second_factor(&actor, &confirmed, asked).await;
    saved(&posted, &page, form, result).await
}
