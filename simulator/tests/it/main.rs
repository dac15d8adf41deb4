//! The simulator, asked over HTTP as the product asks it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod authorize;
mod behaviour;
mod control;
mod faults;
mod mailbox;
mod panel;
mod support;
mod token;
