//! Stores the answers in journals in their connections.

use super::{
    journal::{self, Replayed},
    refresh::LateAnswers,
};
use crate::core::{error::InternalError, services::Services};
use domain::ids::ConnectionId;
use tokio_util::sync::CancellationToken;

/// Takes over the journals of dead processes, and stores the answers in them
/// and in our own. Gives the number of answers.
///
/// # Errors
/// [`InternalError`] if an answer could not be stored; it stays. The others are
/// stored all the same, as long as the database answers.
pub async fn replay(services: &Services) -> Result<usize, InternalError> {
    journal::replay(services, &LateAnswers).await
}

/// Stores the waiting answers of a connection.
pub(crate) async fn replay_connection(
    services: &Services,
    connection: ConnectionId,
) -> Result<Replayed, InternalError> {
    journal::replay_connection(services, connection, &LateAnswers).await
}

/// Replays until told to stop. Runs in every process that asks Gorgias, with a
/// worker or without.
pub async fn keep_replayed(services: Services, stop: CancellationToken) {
    journal::keep_replayed(services, &LateAnswers, stop).await;
}

/// Stores the waiting answers at the end of a process, and removes its empty journal.
///
/// # Errors
/// As [`replay`]: an answer that could not be stored stays for the next process.
pub async fn close(services: &Services) -> Result<(), InternalError> {
    journal::close(services, &LateAnswers).await
}
