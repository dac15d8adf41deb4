//! Single sign-on by OpenID Connect, for each tenant at a provider of its own.
//!
//! People are global, and tenants are not each other's masters. So an identity is
//! a tenant, an issuer and a subject; the first sign-in makes a new person,
//! whatever address the provider names; only a person who is signed in links one
//! to themselves; and such a session opens that tenant alone (ADR 34).

mod begin;
mod complete;
mod facts;
mod links;
mod person;
mod places;
mod refusal;
mod settings;
mod single_use;
mod try_out;

pub use begin::{BeginError, Begun, begin, begin_confirm, begin_link};
pub use complete::{Answer, CompleteError, Ended, SettingsOf, Wanted, complete, still_holds};
pub use links::{Barred, MyLink, UnlinkError, admit, barred, mine, unlink};
pub use refusal::Refusal;
pub use settings::{ChangeError, SsoForm, SsoSettings, save, settings, switch_off};
pub(crate) use single_use::sweep;
pub use try_out::{Tried, try_out};
