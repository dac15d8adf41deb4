//! Snoozes accounts, or wakes them.

use super::next;
use crate::{
    accounts::{self, SnoozePut, SnoozeWish},
    core::error::InternalError,
    entity::job,
    jobs::{items::Ended, turn::Stepped},
    tenancy::{Actor, Tx},
};
use domain::job::JobReason;

/// Puts the next accounts off as is wished; wakes them if nothing is.
pub(super) async fn put(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    wish: Option<&SnoozeWish>,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    for (item, customer) in found {
        let ended = match accounts::put_snooze(actor, tx, &customer, wish).await? {
            SnoozePut::Same => Ended::done(item.subdomain),
            SnoozePut::NotNeeded => Ended::failed(item.subdomain, JobReason::NothingToSnooze),
            SnoozePut::Done(entry) => {
                stepped.entries.push(*entry);
                Ended::done(item.subdomain).changed("")
            }
        };
        stepped.ended.push(ended);
    }
    Ok(stepped)
}
