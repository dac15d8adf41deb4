//! The user interface of Mooring: pages, components, islands.
//!
//! Only [`islands`] are compiled for the browser; everything else is rendered on
//! the server. Pages without an island load no script.

pub mod islands;

#[cfg(feature = "ssr")]
pub mod address;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
mod csp;
#[cfg(feature = "ssr")]
pub mod form_outcome;
#[cfg(feature = "ssr")]
pub mod form_state;
#[cfg(feature = "ssr")]
mod frame;
#[cfg(feature = "ssr")]
mod language;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub use pages::{WITH_PASSKEY, accounts_filter, accounts_import, audit_filter};
#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;

#[cfg(feature = "ssr")]
pub use render::render;

/// Hydrates the islands of the page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
