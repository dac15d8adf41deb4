//! Mail: what is said (`content.rs`), the queue in the database (`queue.rs`),
//! sending it (`send.rs`, `smtp.rs`), and how far it is (`delivery.rs`).
//!
//! A mail is queued in the transaction of what it is about, with its text sealed
//! under the installation's key. It is sent afterwards, with retries, so that a
//! mail server that is away loses nothing. The text is removed once it was sent.

mod content;
mod delivery;
mod link_ended;
pub mod link_text;
mod matter;
mod of_tenant;
mod queue;
mod send;
mod smtp;
mod test_mail;

pub(crate) use crate::entity::mail::MailKind;
pub(crate) use content::{Content, Mail, Recipient, Sender};
pub use delivery::{Delivery, MailProgress};
pub(crate) use delivery::{progress, sweep};
pub(crate) use of_tenant::{Look, TenantMail};
pub(crate) use queue::{enqueue, withdraw};
pub use send::{run, send_due};
pub use smtp::{parse_from, preflight};
pub use test_mail::{TestMailError, test};

use crate::core::services::Services;

/// Whether mail can be sent; else what would be sent is copied by hand.
pub fn is_set_up(services: &Services) -> bool {
    services.config.mail.is_some()
}
