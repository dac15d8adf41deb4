//! Who did what. The entries of a tenant form a chain: each has a number and a
//! MAC (HMAC-SHA-256 under a key of the tenant) over its fields and the
//! previous MAC. A head row holds the count, the last MAC and a seal over both,
//! so that removed last entries show. Adding an entry locks the head row. So
//! numbers have no gaps, and no entry appears with a lower number than one that
//! a reader has seen.
//!
//! An entry is written in the transaction of its change: a change that can't be
//! recorded doesn't happen. Signing in and out is the exception, since pages
//! must work when the audit can't be written.
//!
//! The MAC covers name, e-mail address and network address only as a salted
//! digest. To erase them, they are emptied together with the salt; the chain
//! stays valid.

mod action;
mod actors;
mod bursts;
mod chain;
mod condition;
pub(crate) mod csv;
mod entry;
mod erase;
mod export;
mod heads;
mod list;
pub(crate) mod reads;
mod record;
mod retention;
mod sentence_texts;
mod sentences;
mod stream;
#[cfg(test)]
mod tests;
mod verify;

pub use action::{Action, Outcome};
pub use actors::actors;
pub(crate) use bursts::{Bursts, minute, note_refusal};
pub use bursts::{RefusalLog, flush_refusals, request_refused};
pub(crate) use entry::{By, Entry, Target};
pub use erase::{EraseError, Whose, erase, erase_on_command_line};
pub use export::{Export, export};
pub(crate) use heads::keep_noted;
pub use heads::{HeadLog, HeadsDamage, HeadsReport, TenantDamage, verify_heads};
pub use list::{AuditPage, AuditRow, ByWhom, Filter, Folded, ListAuditError, list};
pub use reads::{ReadLog, flush, keep_flushed};
pub(crate) use record::{is_recorded, record, record_all};
pub use retention::cut_off;
pub(crate) use retention::keep_cut;
pub use sentences::{Part, Sentence};
pub use stream::{
    FileOutput, Output, StandardOutput, Stream, StreamError, StreamHealth, keep_streamed,
    stream_health,
};
pub use verify::{Broken, Damage, Report, VerifyError, verify};
