//! Tests of the use cases, a module for each theme.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod api_tokens;
mod audit;
mod authorize;
mod fill;
mod flow;
mod gorgias;
mod keys;
mod list;
mod live;
mod people;
mod refresh;
mod row_security;
mod secrets;
mod sweep;
mod tenancy;
mod token;
mod vault;
