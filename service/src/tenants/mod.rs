//! Tenants as a whole, for the operator of the installation.

mod remove;
pub mod restored;

pub use remove::{RemoveTenantError, remove};
