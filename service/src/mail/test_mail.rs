//! A mail that proves that mail works.

use super::{
    Content, Look, Mail, MailKind, Recipient, Sender,
    queue::Sealed,
    smtp::{self, Verdict},
};
use crate::core::{error::InternalError, services::Services};
use domain::{customer::Language, ids::MailId, time::Span};

/// No test mail was sent.
#[derive(Debug, thiserror::Error)]
pub enum TestMailError {
    /// Mail isn't set up.
    #[error("mail is not set up; set MOORING_SMTP_URL and MOORING_MAIL_FROM")]
    NotSetUp,
    /// The mail server didn't take it; its answer.
    #[error("the mail server did not take it: {0}")]
    NotTaken(String),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Sends a test mail at once, past the queue; gives what the mail server said.
///
/// # Errors
/// [`TestMailError`].
pub async fn test(services: &Services, to: &str) -> Result<String, TestMailError> {
    if !super::is_set_up(services) {
        return Err(TestMailError::NotSetUp);
    }
    let id: MailId = services.new_id();
    let mail = Mail {
        kind: MailKind::Test,
        about: id.0,
        tenant: None,
        expires_at: services.expiry_now().plus(Span::hours(1)),
        to: Recipient {
            email: to.to_owned(),
            name: None,
        },
        sender: Sender::mooring(),
        look: Look::default(),
        content: content(&services.config.public_url),
    };
    match smtp::send(services, id, &Sealed::new(&mail)?, None).await {
        Verdict::Sent(answer) => Ok(answer),
        Verdict::Refused(answer) | Verdict::Later(answer) => Err(TestMailError::NotTaken(answer)),
    }
}

fn content(public_url: &str) -> Content {
    Content {
        subject: "Mooring can send mail".to_owned(),
        heading: "Mail works".to_owned(),
        paragraphs: vec![format!(
            "This is the test that somebody asked for at {public_url}. Nothing is to be done."
        )],
        button: None,
        facts: Vec::new(),
        small_print: vec![
            "Look at how it arrived: not as spam, and with the right sender.".to_owned(),
        ],
        language: Language::English,
    }
}
