//! Rows of `accounts`: what is known of the customer behind a subdomain.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subdomain: Subdomain,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's id in the vendor's own systems.
    pub external_id: Option<String>,
    /// The member who looks after it.
    pub owner_id: Option<PersonId>,
    pub note: Option<String>,
    /// Who wrote the note, as they were called then.
    pub note_by: Option<String>,
    pub note_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The worst stored state of its connections; triggers keep it.
    pub health: Health,
    /// When one of its connections changed its state last.
    pub health_since: Timestamp,
    /// Whether it is snoozed; triggers end a snooze.
    pub snoozed: bool,
    /// Until when; `None` until its state changes. This and what follows stay from the
    /// last snooze until the worker has told its end.
    pub snoozed_until: Option<Timestamp>,
    /// The stored state in which it was snoozed.
    pub snoozed_in: Option<Health>,
    pub snoozed_at: Option<Timestamp>,
    /// Who snoozed it, as they were called then.
    pub snoozed_by: Option<String>,
    pub snooze_reason: Option<String>,
    /// When the worker has to look at it; 0 once a change has ended the snooze.
    pub snooze_look_at: Option<Timestamp>,
}

entity!(of tenant);
