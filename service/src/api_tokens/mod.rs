//! Bearer tokens of the machine API. A token is shown once; only its digest is stored.

mod address_log;
pub(crate) mod addresses;
pub mod authenticate;
pub mod create;
pub mod list;
mod networks;
mod rate;
pub mod revoke;
pub mod rotate;
#[cfg(test)]
mod tests;
mod uses;

pub use address_log::AddressLog;
pub use authenticate::{AuthenticateError, Refusal, TooMany, authenticate};
pub(crate) use authenticate::{Presented, hash_of};
pub use create::{CreateApiTokenError, NewApiToken, create, create_on_command_line};
pub use list::{ApiTokenRow, ListApiTokensError, OldSecret, list, list_on_command_line};
pub use networks::{Networks, NoNetworks};
pub use rate::{ApiRequest, RequestCounts};
pub use revoke::{RevokeApiTokenError, Revoked, revoke};
pub use rotate::{
    Overlap, RotateApiTokenError, Rotated, end_old_secret, rotate, rotate_on_command_line,
};
pub use uses::{UseLog, flush, keep_flushed};

use crate::core::digest::digest;
use secrecy::SecretString;

/// The beginning of every token, so that people and leak scanners recognise one.
const PREFIX: &str = "mrg_";

/// Length of a token: the prefix and 256 bits in base64url.
const LENGTH: usize = PREFIX.len() + 43;

/// How many characters of a token lists show.
const SHOWN: usize = 12;

fn token_hash(token: &SecretString) -> Vec<u8> {
    digest("api_token", token)
}
