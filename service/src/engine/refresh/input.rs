//! The input of an attempt.

use crate::{
    engine::journal::Reservation,
    records::{app::App, connection::Record},
};
use domain::time::Timestamp;
use gorgias::ClientCredentials;
use secrecy::SecretString;

/// The input of an attempt.
pub(crate) struct RefreshInput {
    pub(super) record: Record,
    pub(super) app: App,
    pub client: ClientCredentials,
    pub(super) refresh_token: SecretString,
    /// Whether the app uses these credentials, so that their success ends its fault.
    pub in_use: bool,
    /// When the credentials were read.
    pub(super) used_at: Timestamp,
    /// The space for the answer in the journal.
    pub(super) reservation: Reservation,
}
