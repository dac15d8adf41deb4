//! Tests of the use cases, a module for each theme.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod answers;
mod api_tokens;
mod audit;
mod audit_retention;
mod authorize;
mod client_ids;
mod clocks;
mod erase;
mod failover;
mod fill;
mod floods;
mod flow;
mod gorgias;
mod journal;
mod keys;
mod list;
mod live;
mod people;
mod refresh;
mod refusals;
mod returns;
mod reveal;
mod rights;
mod row_security;
mod secrets;
mod strangers;
mod sweep;
mod tenancy;
mod tied;
mod token;
mod transit;
mod transport;
mod upgrade;
mod vault;
mod waiting;
