//! Proving that a connection still works: asking Gorgias for its next token.
//!
//! The access token outlives a deactivation by up to a day, a refresh doesn't;
//! so this is how a lost account is found.

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

/// Most that are served in a batch: others that write don't wait for long.
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
        // The record was stored, and the lease given back with it.
        return result;
    }
    end(scope, lease, result).await
}

/// Gives a lease back after an attempt, unless its answer could not be stored:
/// nobody, on no machine, must ask past it, so the lease runs out by itself.
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
