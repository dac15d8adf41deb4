//! Rows of `mails`.

use super::prelude::*;

codes! {
    /// What a mail is about; `about` is the id of that thing.
    MailKind {
        Invitation = "invitation",
        ReconnectLink = "reconnect_link",
        PasswordReset = "password_reset",
        Notice = "notice",
        Test = "test",
    }

    /// How far a mail is.
    MailState {
        Waiting = "waiting",
        Sent = "sent",
        Refused = "refused",
        GivenUp = "given_up",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    pub tenant_id: Option<TenantId>,
    pub kind: MailKind,
    pub about: Uuid,
    pub state: MailState,
    pub created_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    pub attempts: i64,
    pub answer: Option<String>,
    pub finished_at: Option<Timestamp>,
    pub data_key_id: Option<DataKeyId>,
    pub nonce: Option<Vec<u8>>,
    pub ciphertext: Option<Vec<u8>>,
}

entity!();
