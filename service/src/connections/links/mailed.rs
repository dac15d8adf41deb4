//! A reconnect link by mail.

use crate::{
    core::error::InternalError,
    mail::{
        self, Content, Mail, MailKind, Recipient, TenantMail,
        link_text::{OWN_TEXT, filled_in},
    },
    tenancy::{Actor, Tx, Who},
};
use domain::{ids::LinkId, subdomain::Subdomain, time::Timestamp};
use secrecy::SecretString;

/// A link that is to be mailed.
pub(super) struct Letter<'a> {
    pub id: LinkId,
    pub email: &'a str,
    pub app: &'a str,
    pub subdomain: &'a Subdomain,
    pub url: &'a SecretString,
    pub expires_at: Timestamp,
}

impl Letter<'_> {
    /// Queues the mail. The words are the tenant's, or Mooring's; what the link is
    /// for, the button and its time are always in it.
    pub async fn queue(self, actor: &Actor, tx: &Tx) -> Result<(), InternalError> {
        let tenant = TenantMail::load(tx).await?;
        let (sender, person) = match &actor.who {
            Who::Person { name, email, .. } => (name.clone(), Some(email.clone())),
            Who::ApiToken { .. } => (tenant.name.clone(), None),
        };
        let text = tenant.text.as_deref().unwrap_or(OWN_TEXT);
        let here = actor.config.public_url.as_str();
        let here = here.split_once("://").map_or(here, |(_, host)| host);
        let subdomain = self.subdomain;
        let title = format!("Reconnect {subdomain}.gorgias.com to {}", self.app);
        let signed = format!("{sender}, {}", tenant.name);
        let content = Content {
            subject: title.clone(),
            heading: title,
            paragraphs: vec![filled_in(text, self.app, subdomain, &sender), signed],
            button: Some(("See what it asks for, and reconnect", self.url.clone())),
            facts: vec![
                ("Works until", self.expires_at.absolute_in(tenant.zone)),
                ("For", "one approval".to_owned()),
            ],
            small_print: vec![
                format!(
                    "Not you? Forward this mail to whoever runs Gorgias at {subdomain}; opening the link uses nothing up."
                ),
                format!(
                    "The button leads to {here}, then to {subdomain}.gorgias.com. We never ask for a password."
                ),
            ],
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
