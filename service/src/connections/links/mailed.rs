//! A reconnect link by mail.

use crate::{
    core::error::InternalError,
    mail::{self, Content, Mail, MailKind, Recipient, TenantMail, link_text::filled_in},
    tenancy::{Actor, Tx, Who},
};
use domain::{customer::Language, ids::LinkId, subdomain::Subdomain, time::Timestamp};
use secrecy::SecretString;

/// A link that is to be mailed.
pub(super) struct Letter<'a> {
    pub id: LinkId,
    pub email: &'a str,
    pub app: &'a str,
    pub subdomain: &'a Subdomain,
    pub url: &'a SecretString,
    pub expires_at: Timestamp,
    pub language: Language,
}

impl Letter<'_> {
    /// Queues the mail, in the language of the link. The words are the tenant's, which
    /// are not translated, or Mooring's; what the link is for, the button and its time
    /// are always in it.
    pub async fn queue(self, actor: &Actor, tx: &Tx) -> Result<(), InternalError> {
        let tenant = TenantMail::load(tx).await?;
        let (sender, person) = match &actor.who {
            Who::Person { name, email, .. } => (name.clone(), Some(email.clone())),
            Who::ApiToken { .. } => (tenant.name.clone(), None),
        };
        let said = self.language.sentences();
        let text = tenant.text.as_deref().unwrap_or(said.mail.text);
        let here = actor.config.public_url.as_str();
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
        mail::enqueue(actor.services(), tx, mail).await
    }
}
