//! Tenants as a whole, for whoever runs the installation.

mod remove;

pub use remove::{RemoveTenantError, remove};
