//! What an attempt starts from.

use crate::{
    engine::journal::Reservation,
    records::{app::App, connection::Record},
};
use domain::time::Timestamp;
use gorgias::ClientCredentials;
use secrecy::SecretString;

/// What an attempt starts from.
pub(crate) struct RefreshInput {
    pub(super) record: Record,
    pub(super) app: App,
    pub client: ClientCredentials,
    pub(super) refresh_token: SecretString,
    /// Whether the app uses these credentials, so that their success ends its fault.
    pub in_use: bool,
    /// When they were read.
    pub(super) used_at: Timestamp,
    /// Where the answer will be safe.
    pub(super) reservation: Reservation,
}
