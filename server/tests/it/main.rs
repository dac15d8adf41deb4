//! The web side through its real router. Modules are named as the addresses
//! or, where it is about all of them, as what is tested.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod addresses;
mod after_a_restore;
mod api;
mod browser;
mod canaries;
mod claimed;
mod cli;
mod clocks;
mod credentials;
mod errors;
mod fields;
mod forms;
mod headers;
mod health;
mod held;
mod kept_form;
mod key_service;
mod live;
mod looking;
mod me;
mod members;
mod migrate;
mod oauth;
mod origin;
mod pages;
mod processes;
mod reveal;
mod serving;
mod sessions;
mod starting;
mod tenants;
mod test_server;
mod text;
mod transport;
