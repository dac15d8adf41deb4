//! Mails to a person about how they sign in (ASVS 6.3.7): whoever changes
//! something in their name is found out.

use crate::{
    core::{database::Transaction, error::InternalError, services::Services},
    mail::{self, Content, Look, Mail, MailKind, Recipient, Sender},
    people::membership::PersonSummary,
};
use domain::time::Span;
use std::net::IpAddr;

/// After this time a notice is of no use.
const OF_USE_FOR: Span = Span::days(3);

/// What a person is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Their password was changed, by whoever knew the one before.
    PasswordChanged,
    /// Their password was set by a link that was mailed to them.
    PasswordReset,
    /// Somebody signed in with a browser that didn't before.
    NewBrowser,
}

impl Notice {
    const fn subject(&self) -> &'static str {
        match self {
            Self::PasswordChanged => "Your password was changed",
            Self::PasswordReset => "Your password was set anew",
            Self::NewBrowser => "New sign-in to your account",
        }
    }

    const fn said(&self) -> &'static str {
        match self {
            Self::PasswordChanged | Self::PasswordReset => "All other sessions were ended.",
            Self::NewBrowser => {
                "Somebody signed in as you with a browser that was not used before."
            }
        }
    }
}

/// Queues the mail, in the transaction of the change.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn queue(
    services: &Services,
    tx: &Transaction,
    person: &PersonSummary,
    notice: &Notice,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let now = services.expiry_now();
    let mut facts = vec![("Person", person.email.clone()), ("When", now.absolute())];
    if let Some(address) = address {
        facts.push(("Network address", address.to_string()));
    }
    let url = &services.config.public_url;
    let mail = Mail {
        kind: MailKind::Notice,
        about: person.id.0,
        tenant: None,
        expires_at: now.plus(OF_USE_FOR),
        to: Recipient {
            email: person.email.clone(),
            name: Some(person.name.clone()),
        },
        sender: Sender::mooring(),
        look: Look::default(),
        content: Content {
            subject: notice.subject().to_owned(),
            heading: notice.subject().to_owned(),
            paragraphs: vec![
                notice.said().to_owned(),
                format!(
                    "If it was you, nothing is to be done. If not: set a new password at {url}/reset, end your other sessions at {url}/me, and tell an owner of your tenant."
                ),
            ],
            button: None,
            facts,
            small_print: vec!["You always get this mail when it happens.".to_owned()],
        },
    };
    mail::enqueue(services, tx, mail).await
}
