//! Passing an invitation on: by mail, or by hand.

use super::Invited;
use crate::{
    core::error::InternalError,
    mail::{self, Content, Mail, MailKind, Recipient, TenantMail},
    people::changed_by::ChangedBy,
    tenancy::Tx,
};
use domain::{customer::Language, ids::InvitationId, role::Role, time::Timestamp};
use secrecy::SecretString;

/// How an invitation gets to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// Mooring mails it; nobody else sees its address.
    ByMail,
    /// The inviter copies its address and passes it on.
    ByHand,
}

/// An invitation with its address.
pub(super) struct Letter {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub url: SecretString,
    pub expires_at: Timestamp,
}

impl Letter {
    /// Queues the mail, or hands the address out. What waits with an address
    /// from before is not sent any more.
    pub async fn pass(
        self,
        by: ChangedBy<'_>,
        tx: &Tx,
        passing: Passing,
    ) -> Result<Invited, InternalError> {
        mail::withdraw(tx, MailKind::Invitation, self.id.0).await?;
        let mailed = passing == Passing::ByMail && mail::is_set_up(by.scope());
        let url = if mailed {
            let mail = self.mail(by, tx).await?;
            mail::enqueue(by.scope(), tx, mail).await?;
            None
        } else {
            Some(self.url)
        };
        Ok(Invited {
            id: self.id,
            email: self.email,
            url,
            expires_at: self.expires_at,
        })
    }

    async fn mail(&self, by: ChangedBy<'_>, tx: &Tx) -> Result<Mail, InternalError> {
        let tenant = TenantMail::load(tx).await?;
        let inviter = by.name();
        let role = self.role.label();
        let heading = if inviter.is_empty() {
            format!("You are invited to {}", tenant.name)
        } else {
            format!("{inviter} invites you to {}", tenant.name)
        };
        let content = Content {
            subject: heading.clone(),
            heading,
            paragraphs: vec![
                format!(
                    "You would join {} at Mooring. {role}: {}",
                    tenant.name,
                    self.role.meaning()
                ),
                "The link leads to a page that asks for your name and how you want to sign in."
                    .to_owned(),
            ],
            button: Some(("Join", self.url.clone())),
            facts: vec![
                ("Works until", self.expires_at.absolute_in(tenant.zone)),
                ("For", "you alone, once".to_owned()),
            ],
            small_print: vec![
                format!(
                    "Sent to {} because somebody of {} typed this address.",
                    self.email, tenant.name
                ),
                "Not you? Forget this mail; nothing happens.".to_owned(),
            ],
            language: Language::English,
        };
        Ok(Mail {
            kind: MailKind::Invitation,
            about: self.id.0,
            tenant: Some(tx.tenant()),
            expires_at: self.expires_at,
            to: Recipient {
                email: self.email.clone(),
                name: None,
            },
            sender: tenant.to_colleague(by.email()),
            look: tenant.look,
            content,
        })
    }
}
