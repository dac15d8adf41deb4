//! Apps and connections from their rows, with their types checked, and the only
//! way to store a change of them.

pub(crate) mod app;
pub(crate) mod app_credentials;
pub(crate) mod connection;
pub(crate) mod find;
pub(crate) mod granted_sets;
pub(crate) mod health_days;
pub(crate) mod kept_counts;
pub(crate) mod known_apps;
pub(crate) mod store;
pub(crate) mod tokens;
