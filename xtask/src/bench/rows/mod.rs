//! What is measured, a file each.

pub mod catch_up;
pub mod installs;
pub mod memory;
pub mod processes;
pub mod reencrypt;
pub mod refreshes;
pub mod seal;
pub mod sweep_latency;
pub mod token_read;

/// The path of a token read at the machine API; `{}` is the account.
fn token_path(tenant: &str) -> String {
    format!("/api/v1/connections/{tenant}/{{}}/token?min_ttl=60")
}

/// The rate of a process that nothing but its work holds back: the most that can be set.
const UNLIMITED: u32 = 10_000;
/// The rate of a process that isn't told one.
const USUAL_RATE: u32 = 20;
/// How many connections of a load whose times are looked at: few, so that requests wait for
/// the work on them and not for each other.
const FEW: u64 = 4;
