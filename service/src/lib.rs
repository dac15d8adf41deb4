//! Makes so what `domain` says is true: the use cases of Mooring, one file
//! each, over a database, a vault for secrets and a client for Gorgias.

pub mod actor;
pub mod api_tokens;
pub mod apps;
pub mod audit;
pub mod clock;
pub mod config;
pub mod connections;
pub mod database;
pub(crate) mod digest;
pub(crate) mod entity;
pub mod error;
pub mod expiry;
pub mod journal;
pub mod keys;
pub mod live;
pub(crate) mod lookup;
pub mod people;
pub mod random;
pub mod restored;
pub mod services;
pub(crate) mod statements;
pub mod tenant_scope;
pub mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text_file;
pub(crate) mod together;
pub mod vault;
pub mod worker;

pub use actor::Actor;
pub use error::Fault;
pub use services::Services;
pub use tenant_scope::TenantScope;
