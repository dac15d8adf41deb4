//! The queue in the database.

use super::{
    MailKind,
    content::{Mail, Recipient},
};
use crate::{
    core::{database::Transaction, error::InternalError, services::Services},
    entity::mail::{self, MailState},
    vault::SealedOwn,
};
use domain::ids::MailId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is sealed of a mail: everything that names somebody.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed {
    pub to: String,
    pub to_name: Option<String>,
    pub from_name: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Whether the tenant's logo goes along.
    pub logo: bool,
}

impl Sealed {
    pub fn new(mail: &Mail) -> Result<Self, InternalError> {
        let (content, sender) = (&mail.content, &mail.sender);
        let Recipient { email, name } = &mail.to;
        Ok(Self {
            to: email.clone(),
            to_name: name.clone(),
            from_name: sender.name.clone(),
            reply_to: sender.reply_to.clone(),
            subject: content.subject.clone(),
            logo: mail.look.has_logo,
            text: content.text(&sender.name),
            html: content
                .html(&sender.name, &mail.look)
                .map_err(|_| InternalError::inconsistent("mails", "ciphertext", "a new mail"))?,
        })
    }

    /// Bound to its row.
    pub fn purpose(id: MailId) -> String {
        format!("mail {id}")
    }
}

/// Queues a mail, in the transaction of what it is about. Nothing is queued if
/// mail is not set up.
///
/// # Errors
/// [`InternalError`] if it can't be sealed or the database fails.
pub(crate) async fn enqueue(
    services: &Services,
    tx: &Transaction,
    mail: Mail,
) -> Result<(), InternalError> {
    if !super::is_set_up(services) {
        return Ok(());
    }
    let id: MailId = services.new_id();
    let now = services.expiry_now();
    let sealed = seal(services, tx, id, &mail).await?;
    let row = mail::ActiveModel {
        id: Set(id),
        tenant_id: Set(mail.tenant),
        kind: Set(mail.kind),
        about: Set(mail.about),
        state: Set(MailState::Waiting),
        created_at: Set(now),
        due_at: Set(Some(now)),
        expires_at: Set(mail.expires_at),
        attempts: Set(0),
        answer: Set(None),
        finished_at: Set(None),
        data_key_id: Set(Some(sealed.data_key)),
        nonce: Set(Some(sealed.nonce)),
        ciphertext: Set(Some(sealed.ciphertext)),
    };
    mail::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

async fn seal(
    services: &Services,
    tx: &Transaction,
    id: MailId,
    mail: &Mail,
) -> Result<SealedOwn, InternalError> {
    let text = serde_json::to_string(&Sealed::new(mail)?)
        .map_err(|_| InternalError::inconsistent("mails", "ciphertext", id))?;
    let vault = services.vault();
    vault
        .seal_own(
            services,
            tx,
            &Sealed::purpose(id),
            &SecretString::from(text),
        )
        .await
}

/// Takes back what waits about this thing: it is of no use any more.
pub(crate) async fn withdraw(
    tx: &Transaction,
    kind: MailKind,
    about: Uuid,
) -> Result<(), InternalError> {
    mail::Entity::delete_many()
        .filter(mail::Column::Kind.eq(kind))
        .filter(mail::Column::About.eq(about))
        .filter(mail::Column::State.eq(MailState::Waiting))
        .exec(tx)
        .await?;
    Ok(())
}
