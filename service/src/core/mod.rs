//! The base of every use case: database, settings, ids, time, news. Knows no feature.

pub(crate) mod batch;
pub mod config;
pub mod database;
pub(crate) mod digest;
pub mod error;
pub mod expiry;
pub mod input;
pub mod live;
pub mod mail_server;
pub(crate) mod network;
pub(crate) mod queries;
pub mod relay;
pub(crate) mod rows;
pub mod services;
pub(crate) mod state;
pub(crate) mod statements;
