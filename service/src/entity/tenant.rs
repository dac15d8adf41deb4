//! Rows of `tenants`.

use super::prelude::*;

codes! {
    /// Where answers to mails of a tenant go.
    AnswersTo {
        Sender = "sender",
        Contact = "contact",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    pub slug: Slug,
    pub name: String,
    pub created_at: Timestamp,
    /// Since when only its row is left, for its audit.
    pub removed_at: Option<Timestamp>,
    /// The slug that it had until then.
    pub former_slug: Option<Slug>,
    /// How long a new link lives if nothing else is said.
    pub link_life: Span,
    /// The zone in which its people read times.
    pub zone: Zone,
    /// How long events are kept; `None` for ever.
    pub events_kept: Option<Span>,
    /// How long entries of the audit are kept, if the installation keeps them longer.
    pub audit_kept: Option<Span>,
    /// Since when it is deleted; it can be brought back for a while.
    pub deleted_at: Option<Timestamp>,
    /// Who deleted it.
    pub deleted_by: Option<String>,
    /// Its own words in mails with reconnect links.
    pub mail_text: Option<String>,
    /// Where answers of customers go.
    pub mail_answers_to: AnswersTo,
    /// Whether everybody needs a second factor to open it.
    pub second_factor: bool,
}

entity!();
