//! Storing what waits in journals, in the connections that it belongs to.

use super::{
    journal::{self, Replayed},
    refresh::LateAnswers,
};
use crate::core::{error::InternalError, services::Services};
use domain::ids::ConnectionId;
use tokio_util::sync::CancellationToken;

/// Takes over the journals of processes that are gone, and stores what waits
/// in them and in our own. Says how many answers that was.
///
/// # Errors
/// [`InternalError`] if something could not be stored; it stays, and everything else
/// is stored all the same, as long as the database answers at all.
pub async fn replay(services: &Services) -> Result<usize, InternalError> {
    journal::replay(services, &LateAnswers).await
}

/// Stores what waits for a connection.
pub(crate) async fn replay_connection(
    services: &Services,
    connection: ConnectionId,
) -> Result<Replayed, InternalError> {
    journal::replay_connection(services, connection, &LateAnswers).await
}

/// Replays until told to stop. In every process that asks Gorgias, with a
/// worker or without.
pub async fn keep_replayed(services: Services, stop: CancellationToken) {
    journal::keep_replayed(services, &LateAnswers, stop).await;
}

/// Stores what still waits, at the end of a process, and removes its empty journal.
///
/// # Errors
/// As [`replay`]: what could not be stored stays for the next process.
pub async fn close(services: &Services) -> Result<(), InternalError> {
    journal::close(services, &LateAnswers).await
}
