//! Tenants as a whole, for the operator of the installation.

mod create;
pub mod deletion;
mod list;
mod remove;
pub mod restored;
pub mod settings;

pub use create::{CreateTenantError, create, create_as_owner, may_create};
pub use list::{TenantRow, list};
pub use remove::{RemoveTenantError, remove};
