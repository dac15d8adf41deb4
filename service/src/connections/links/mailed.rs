//! A reconnect link by mail.

use crate::{
    core::{error::InternalError, services::Services},
    mail::{self, Content, Mail, MailKind, Recipient, TenantMail, link_text::filled_in},
    tenancy::{Actor, Tx, Who},
};
use domain::{customer::Language, event, ids::LinkId, subdomain::Subdomain, time::Timestamp};
use secrecy::SecretString;

/// Who sends a link.
pub(crate) struct Sender {
    /// Who made it, for the timeline.
    pub who: event::Actor,
    /// Whose name signs the mail; the tenant's if there is none.
    pub name: Option<String>,
    /// Where answers go, if not to the tenant.
    pub answers_to: Option<String>,
}

impl Sender {
    pub fn of(actor: &Actor) -> Self {
        let (name, answers_to) = match &actor.who {
            Who::Person { name, email, .. } => (Some(name.clone()), Some(email.clone())),
            Who::ApiToken { .. } => (None, None),
        };
        Self {
            who: actor.as_event_actor(),
            name,
            answers_to,
        }
    }
}

/// What a mail with a link says, to be read before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkWords {
    /// The subject.
    pub subject: String,
    /// The tenant's own words or Mooring's; `{app}`, `{subdomain}` and `{sender}` stand for
    /// what is filled in.
    pub template: String,
    /// The app's name.
    pub app: String,
    /// The account.
    pub subdomain: Subdomain,
    /// Whose name is filled in.
    pub sender: String,
    /// The last line.
    pub signature: String,
    /// The label of the button.
    pub button: &'static str,
    /// The language of all this, but for the tenant's own words.
    pub language: Language,
}

impl LinkWords {
    /// The sender's own words, or those that a mail has without them, filled in.
    pub fn text(&self, own: Option<&str>) -> String {
        let template = own.unwrap_or(&self.template);
        filled_in(template, &self.app, &self.subdomain, &self.sender)
    }

    /// The whole message, to be sent in another way than by Mooring's mail.
    pub fn message(&self, url: &str) -> String {
        format!("{}\n\n{url}\n\n{}", self.text(None), self.signature)
    }
}

/// What a mail about the account would say, if the actor sent it.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn words(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    language: Language,
) -> Result<LinkWords, InternalError> {
    let tenant = TenantMail::load(&actor.read().await?).await?;
    Ok(words_of(
        &tenant,
        &Sender::of(actor),
        app,
        subdomain,
        language,
    ))
}

fn words_of(
    tenant: &TenantMail,
    sender: &Sender,
    app: &str,
    subdomain: &Subdomain,
    language: Language,
) -> LinkWords {
    let said = language.sentences();
    let sender = sender.name.as_ref().unwrap_or(&tenant.name);
    LinkWords {
        subject: (said.mail.subject)(subdomain.as_str(), app),
        template: tenant.text.as_deref().unwrap_or(said.mail.text).to_owned(),
        app: app.to_owned(),
        subdomain: subdomain.clone(),
        sender: sender.clone(),
        signature: format!("{sender}, {}", tenant.name),
        button: said.mail.button,
        language,
    }
}

/// A link that is to be mailed.
pub(super) struct Letter<'a> {
    pub id: LinkId,
    pub email: &'a str,
    pub app: &'a str,
    pub subdomain: &'a Subdomain,
    pub url: &'a SecretString,
    pub expires_at: Timestamp,
    pub language: Language,
    /// The sender's own words, instead of the tenant's or Mooring's.
    pub message: Option<&'a str>,
}

impl Letter<'_> {
    /// Queues the mail, in the language of the link. The words are the sender's or the
    /// tenant's, which are not translated, or Mooring's; what the link is for, the button and its time
    /// are always in it.
    pub async fn queue(
        self,
        services: &Services,
        tx: &Tx,
        sender: &Sender,
    ) -> Result<(), InternalError> {
        let tenant = TenantMail::load(tx).await?;
        let person = sender.answers_to.clone();
        let words = words_of(&tenant, sender, self.app, self.subdomain, self.language);
        let said = self.language.sentences();
        let here = services.config.public_url.as_str();
        let here = here.split_once("://").map_or(here, |(_, host)| host);
        let account = self.subdomain.as_str();
        let content = Content {
            subject: words.subject.clone(),
            paragraphs: vec![words.text(self.message), words.signature],
            heading: words.subject,
            button: Some((words.button, self.url.clone())),
            facts: vec![
                (
                    said.mail.works_until,
                    said.times.absolute_in(self.expires_at, tenant.zone),
                ),
                (said.mail.good_for, said.mail.one_approval.to_owned()),
            ],
            small_print: vec![
                (said.mail.not_you)(account),
                (said.mail.leads_to)(here, account),
            ],
            language: self.language,
        };
        let mail = Mail {
            kind: MailKind::ReconnectLink,
            about: self.id.0,
            tenant: Some(tx.tenant()),
            expires_at: self.expires_at,
            to: Recipient {
                email: self.email.to_owned(),
                name: None,
            },
            sender: tenant.to_customer(person),
            look: tenant.look,
            content,
        };
        mail::enqueue(services, tx, mail).await
    }
}
