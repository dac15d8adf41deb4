//! Mails to a person about how they sign in (ASVS 6.3.7): whoever changes
//! something in their name is found out.

use crate::{
    core::{database::Transaction, error::InternalError, services::Services},
    mail::{self, Content, Look, Mail, MailKind, Recipient, Sender},
    people::membership::PersonSummary,
};
use domain::{customer::Language, time::Span};
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
    /// An authenticator app was set up, in place of one before if there was one.
    AuthenticatorAdded,
    /// Their authenticator app was switched off.
    AuthenticatorRemoved,
    /// New recovery codes were made.
    RecoveryCodesMade,
    /// A recovery code was used; so many are left.
    RecoveryCodeUsed {
        /// How many.
        left: u64,
    },
    /// Somebody gave several wrong codes after the right password.
    CodesGuessed,
    /// A command took their second factors off.
    FactorsTakenOff,
    /// Somebody signed in with a browser that didn't before.
    NewBrowser,
    /// A passkey of this name was added.
    PasskeyAdded(String),
    /// The passkey of this name was removed.
    PasskeyRemoved(String),
}

impl Notice {
    const fn subject(&self) -> &'static str {
        match self {
            Self::PasswordChanged => "Your password was changed",
            Self::PasswordReset => "Your password was set anew",
            Self::AuthenticatorAdded => "An authenticator app was set up",
            Self::AuthenticatorRemoved => "Your authenticator app was switched off",
            Self::RecoveryCodesMade => "New recovery codes were made",
            Self::RecoveryCodeUsed { .. } => "A recovery code was used",
            Self::CodesGuessed => "Wrong codes for your second factor",
            Self::FactorsTakenOff => "Your second factor was taken off",
            Self::NewBrowser => "New sign-in to your account",
            Self::PasskeyAdded(_) => "A passkey was added to your account",
            Self::PasskeyRemoved(_) => "A passkey was removed from your account",
        }
    }

    fn said(&self, url: &str) -> String {
        let text = match self {
            Self::PasswordChanged | Self::PasswordReset => "All other sessions were ended.",
            Self::AuthenticatorAdded => {
                "From now on, signing in asks for a code of this app. All other sessions were ended, and recovery codes from before don’t work any more."
            }
            Self::AuthenticatorRemoved => {
                "Signing in asks for no code of the app any more. All other sessions were ended."
            }
            Self::RecoveryCodesMade => {
                "The ones from before don’t work any more. All other sessions were ended."
            }
            Self::RecoveryCodeUsed { left } => {
                return format!(
                    "It stood in for your second factor and doesn’t work again. You have {left} left; you can make new ones at any time."
                );
            }
            Self::CodesGuessed => {
                "Somebody gave several wrong codes for your second factor. They know your password, or use a session of yours. Nobody came in by these codes."
            }
            Self::FactorsTakenOff => {
                "Whoever runs Mooring took your second factor and your recovery codes off, and ended all of your sessions. Set up a new one when you have signed in."
            }
            Self::NewBrowser => {
                "Somebody signed in as you with a browser that was not used before."
            }
            Self::PasskeyAdded(_) => {
                return format!(
                    "It signs in without a password, also after a new one. All other sessions were ended. If it isn’t yours, remove it at {url}/me."
                );
            }
            Self::PasskeyRemoved(_) => "It signs in no more. All other sessions were ended.",
        };
        text.to_owned()
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
    let mut facts = vec![("Person", person.email.clone())];
    if let Notice::PasskeyAdded(name) | Notice::PasskeyRemoved(name) = notice {
        facts.push(("Passkey", name.clone()));
    }
    facts.push(("When", now.absolute()));
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
                notice.said(url),
                format!(
                    "If it was you, nothing is to be done. If not: set a new password at {url}/reset, end your other sessions at {url}/me, and tell an owner of your tenant."
                ),
            ],
            button: None,
            facts,
            small_print: vec!["You always get this mail when it happens.".to_owned()],
            language: Language::English,
        },
    };
    mail::enqueue(services, tx, mail).await
}
