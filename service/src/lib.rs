//! The use cases of Mooring, one file each, over a database, a vault for
//! secrets and a client for Gorgias. They apply the rules of `domain`.
//!
//! The rooms are listed below in their order. Each imports only from those
//! above it; `cargo xtask check` proves this (ARCHITECTURE.md, “The rooms of
//! `service`”).

pub mod host;

pub mod encryption;
pub(crate) mod entity;

pub mod core;
pub mod oidc;

pub mod vault;

pub mod tenancy;

pub mod audit;

pub mod mail;

pub mod api_tokens;
pub mod people;
pub(crate) mod records;
pub mod sso;

pub mod accounts;
pub mod engine;

pub mod connections;

pub mod views;

pub mod jobs;

pub mod apps;
pub mod campaigns;
pub mod keys;
pub mod tenants;

pub mod worker;

#[cfg(feature = "testing")]
pub mod testing;

pub use core::{error::InternalError, services::Services};
pub use tenancy::{Actor, CONFIRMED_FOR, Confirmed, TenantBrand, TenantScope};
