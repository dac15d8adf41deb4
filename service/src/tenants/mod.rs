//! Tenants as a whole, for whoever runs the installation.

mod remove;
pub mod restored;

pub use remove::{RemoveTenantError, remove};
