//! Runs Mooring: command line, settings, router, machine API.

pub mod api;
pub mod cli;
mod cookies;
mod dumps;
mod failure;
mod health;
mod live;
mod middleware;
mod oauth;
mod own_path;
mod pages;
pub mod router;
mod session_store;
pub mod settings;
pub mod site;
mod start;
pub mod state;
mod telemetry;
mod visitor;
