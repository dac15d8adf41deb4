//! Tenants as a whole, for the operator of the installation.

mod create;
mod list;
mod remove;
pub mod restored;
pub mod settings;

pub use create::{CreateTenantError, create};
pub use list::{TenantRow, list};
pub use remove::{RemoveTenantError, remove};
