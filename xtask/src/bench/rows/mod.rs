//! The measurements, one file for each.

pub mod catch_up;
pub mod installs;
pub mod memory;
pub mod page_serving;
pub mod pages;
pub mod processes;
pub mod reencrypt;
pub mod refreshes;
pub mod seal;
pub mod sweep_latency;
pub mod token_read;

/// The path of a token read; `{}` is the account.
fn token_path(tenant: &str) -> String {
    format!("/api/v1/connections/{tenant}/{{}}/token?min_ttl=60")
}

/// The rate of a process that is to be limited only by its work: the highest that can be set.
const UNLIMITED: u32 = 10_000;
/// The default rate.
const USUAL_RATE: u32 = 20;
/// How many connections a load has whose times are measured: few, so that requests
/// wait for their own work and not for each other.
const FEW: u64 = 4;
