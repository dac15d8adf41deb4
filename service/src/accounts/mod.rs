//! Accounts: what a vendor knows about the customer behind a subdomain. The customer's
//! connections to apps are in [`crate::connections`].

pub(crate) mod campaign_accounts;
mod change;
mod check;
mod import;
mod list;
pub(crate) mod search;
mod show;
mod snooze;
mod snooze_end;

pub use change::{ContactForm, CustomerChange, CustomerError, change};
pub(crate) use change::{put_owner, put_tags};
pub use import::{
    COLUMNS as IMPORT_COLUMNS, ImportError, ImportedLine, LineResult, MOST_LINES, import,
};
pub use list::{AccountPage, AccountQuery, MOST, list};
pub use search::finds_beginnings_only;
pub(crate) use show::{
    Parts, customers, customers_with, find_all, forget_unless_connected, lock, names, owner,
};
pub use show::{members_who_can_own, show};
pub use snooze::SnoozeWish;
pub(crate) use snooze::{Put as SnoozePut, mistakes as snooze_mistakes, put as put_snooze};
pub(crate) use snooze_end::end_due as end_due_snoozes;

use domain::{
    customer::{Language, Tag},
    ids::PersonId,
    snooze::Until,
    subdomain::Subdomain,
    time::Timestamp,
};

/// The customer behind an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The account's name at Gorgias.
    pub subdomain: Subdomain,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's id in the vendor's own systems.
    pub external_id: Option<String>,
    /// The member who looks after it.
    pub owner: Option<Owner>,
    /// Words that group accounts, sorted.
    pub tags: Vec<Tag>,
    /// What colleagues should know.
    pub note: Option<Note>,
    /// Whom to write to, the first one first.
    pub contacts: Vec<Contact>,
    /// How it is snoozed, if it is.
    pub snoozed: Option<Snoozed>,
}

impl Customer {
    /// What people call it: its name, or its subdomain.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(self.subdomain.as_str())
    }
}

/// A member who looks after an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Who it is.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// What colleagues should know of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, one line.
    pub text: String,
    /// Who wrote it, as they were called then.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How an account is snoozed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snoozed {
    /// Until when.
    pub until: Until,
    /// Who snoozed it, as they were called then.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, if something was said.
    pub reason: Option<String>,
}

/// Somebody at the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The address.
    pub email: String,
    /// The name, if it is known.
    pub name: Option<String>,
    /// The language in which they are written to, if it is known.
    pub language: Option<Language>,
}
