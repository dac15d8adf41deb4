//! Proves that a connection still works, by asking Gorgias for its next token.
//!
//! The access token stays valid for up to a day after a deactivation, but a
//! refresh fails. So a refresh finds out that an account is lost.

mod attempt;
mod input;
mod load;
pub(crate) mod prove;
mod store;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use attempt::Attempt;
pub(crate) use store::{LateAnswers, store_durably};
pub use verdict::Verdict;

use super::{journal, lease::Lease};
use crate::{core::error::InternalError, tenancy::TenantScope};
use domain::event;

/// The most jobs of a batch, so that other writers don't wait long.
const BATCH: usize = 64;

/// One attempt under a lease, which is given back afterwards.
pub(crate) async fn attempt(
    scope: &TenantScope,
    lease: &Lease,
    who: &event::Actor,
) -> Result<Verdict, InternalError> {
    let result = Attempt {
        scope,
        id: lease.connection,
        fence: Some(lease.fence),
        who,
    }
    .run()
    .await;
    if matches!(
        result,
        Ok(Verdict::Fine | Verdict::Lost | Verdict::Unavailable { .. })
    ) {
        // The record was stored, and the lease was given back with it.
        return result;
    }
    end(scope, lease, result).await
}

/// Gives a lease back after an attempt, unless its answer could not be stored:
/// then no process on any machine may ask before the answer is stored, so the
/// lease ends by itself.
pub(crate) async fn end<T>(
    scope: &TenantScope,
    lease: &Lease,
    result: Result<T, InternalError>,
) -> Result<T, InternalError> {
    if result.is_err() && journal::holds_answer(scope, lease.connection) {
        return result;
    }
    lease.give_back(scope).await?;
    result
}
