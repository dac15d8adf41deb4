//! The people who sign in: the first owner, passwords, sign-in, memberships and sessions.
//!
//! People can belong to several tenants, and at sign-in the tenant is not known
//! yet. So this module reads its tables without a tenant's scope, and gives the
//! reason at each place.

pub mod breached_passwords;
pub(crate) mod changed_by;
pub mod command_line;
pub mod confirm;
pub mod email;
pub mod factors;
pub mod form_results;
pub(crate) mod guessing;
pub mod invitations;
pub mod kept_forms;
pub mod known_browsers;
pub mod me;
pub mod members;
pub mod membership;
pub(crate) mod notices;
pub mod owner;
pub mod passkeys;
pub mod password;
pub mod password_rules;
pub mod refusals;
pub mod resets;
pub mod session_renewal;
pub mod sessions;
pub mod set_up;
pub mod sign_in;
mod sign_in_audit;
mod signed_in;

pub use crate::core::error::FieldError;
pub use sign_in_audit::{signed_in, signed_out};
pub use signed_in::SignedIn;
