//! Runs Mooring: command line, settings, router, machine API.

pub mod api;
mod brand;
pub mod cli;
mod cookies;
mod core_dumps;
mod failure;
mod form;
mod health;
mod kept_form;
mod live;
mod middleware;
mod oauth;
mod own_path;
mod pages;
mod private;
mod redirect;
pub mod router;
mod sentences;
pub mod serving;
mod session_store;
pub mod settings;
pub mod site;
mod start;
pub mod state;
mod streams;
mod telemetry;
mod visitor;

// For `examples/page`.
#[doc(hidden)]
pub use start::services;
