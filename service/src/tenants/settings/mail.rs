//! What mails with reconnect links say, and where answers go.

use super::{SettingsError, row, save, value};
use crate::{
    entity::tenant::{self, AnswersTo},
    mail::{
        self, TestMailError,
        link_text::{self, OWN_TEXT, filled_in},
    },
    tenancy::{Actor, Who},
};
use domain::{permission::Permission, subdomain::Subdomain};

/// The words of mails, and where answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// The tenant's own words; `None` for Mooring's.
    pub text: Option<String>,
    /// Whether answers go to the contact of the brand, and not to whoever sent the link.
    pub answers_to_contact: bool,
}

/// The words as they are saved.
///
/// # Errors
/// [`SettingsError::Forbidden`] for all but owners.
pub async fn mail_text(actor: &Actor) -> Result<MailText, SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    let row = row(&tx).await?;
    Ok(MailText {
        text: row.mail_text,
        answers_to_contact: row.mail_answers_to == AnswersTo::Contact,
    })
}

/// Saves both.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then.
pub async fn save_mail_text(actor: &Actor, new: MailText) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let text = new.text.map(|text| text.trim().to_owned());
    let text = text.filter(|text| !text.is_empty() && text != OWN_TEXT);
    if let Some(text) = &text {
        link_text::check(text)
            .map_err(|error| SettingsError::invalid("mail_text", error.to_string()))?;
    }
    let answers_to = if new.answers_to_contact {
        AnswersTo::Contact
    } else {
        AnswersTo::Sender
    };
    let detail = format!(
        "mail_text={} mail_answers_to={}",
        if text.is_some() { "own" } else { "mooring" },
        if new.answers_to_contact {
            "contact"
        } else {
            "sender"
        }
    );
    let columns = [
        (tenant::Column::MailText, value(text)),
        (tenant::Column::MailAnswersTo, value(answers_to)),
    ];
    save(actor, &detail, columns).await?;
    Ok(())
}

/// What a customer would read, with an app and an account as examples.
pub fn example(text: Option<&str>, sender: &str) -> String {
    let acme: Option<Subdomain> = "acme".parse().ok();
    let text = text.unwrap_or(OWN_TEXT);
    acme.map_or_else(String::new, |acme| {
        filled_in(text, "Returns", &acme, sender)
    })
}

/// Sends a test mail to the person who asks; gives what the mail server said.
///
/// # Errors
/// [`SettingsError`]: nothing was taken.
pub async fn send_test_mail(actor: &Actor) -> Result<String, SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let Who::Person { email, .. } = &actor.who else {
        return Err(SettingsError::Forbidden(crate::core::error::Forbidden));
    };
    match mail::test(actor.services(), email).await {
        Ok(answer) => Ok(answer),
        Err(TestMailError::Internal(error)) => Err(error.into()),
        Err(error) => Err(SettingsError::invalid("", error.to_string())),
    }
}
