//! Connections: Gorgias accounts connected to an app.

pub mod authorize;
pub mod by_account;
mod by_time;
pub mod check_now;
pub mod complete;
pub mod counts;
pub mod disconnect;
pub mod erase;
pub mod events;
pub mod history;
pub mod links;
pub mod list;
mod others;
pub mod overview;
pub mod permissions;
mod query;
pub mod result;
pub mod row;
pub mod show;
pub mod token;
