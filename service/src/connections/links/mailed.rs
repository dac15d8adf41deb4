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
        let sender = sender.name.as_ref().unwrap_or(&tenant.name).clone();
        let said = self.language.sentences();
        let own = self.message.or(tenant.text.as_deref());
        let text = own.unwrap_or(said.mail.text);
        let here = services.config.public_url.as_str();
        let here = here.split_once("://").map_or(here, |(_, host)| host);
        let subdomain = self.subdomain;
        let account = subdomain.as_str();
        let title = (said.mail.subject)(account, self.app);
        let signed = format!("{sender}, {}", tenant.name);
        let content = Content {
            subject: title.clone(),
            heading: title,
            paragraphs: vec![filled_in(text, self.app, subdomain, &sender), signed],
            button: Some((said.mail.button, self.url.clone())),
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
