//! Apps: a tenant publishes them for Gorgias, each with its own credentials.

pub mod accept_refusals;
mod at_install;
mod client_id;
pub mod create;
pub mod edit;
pub mod form;
pub mod list;
pub mod rejudge;
pub mod remove;
pub mod secrets;

pub use crate::records::app::App;
pub use at_install::{AtInstall, at_install};
