//! What jobs do with accounts: a file for each action. To add one: its words in
//! `domain::job`, its file here, a line in [`step`], and its button in the bulk bar.

mod assign;
mod campaign;
mod check;
mod export;
mod link;
mod snooze;
mod tag;

pub(super) use export::HEADER;

use super::{items, items::Ended, turn::Stepped, work};
use crate::{
    accounts::{self, Customer, SnoozeWish},
    core::error::InternalError,
    entity::{job, job_item},
    tenancy::{Actor, Tx},
};
use domain::{
    job::{ItemState, JobReason, Work},
    subdomain::Subdomain,
};
use std::collections::HashMap;

/// How many accounts a step is about: few, so that others don't wait long.
const BATCH: u64 = 50;

/// Does the job's action with the next accounts, in this transaction, in which the job is
/// locked and its accounts are still as they were noted.
///
/// # Errors
/// [`InternalError`]; then nothing is done and noted, and the next turn tries again.
pub(super) async fn step(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
) -> Result<Stepped, InternalError> {
    match work(job)? {
        Work::Check => check::step(actor, tx, job).await,
        Work::AddTag(tag) => tag::add(actor, tx, job, &tag).await,
        Work::RemoveTag(tag) => tag::remove(actor, tx, job, &tag).await,
        Work::Assign(person) => assign::to(actor, tx, job, person).await,
        Work::AssignBack(person) => assign::back(actor, tx, job, person).await,
        Work::SendLinks => link::send(actor, tx, job).await,
        Work::Snooze { until, reason } => {
            let wish = SnoozeWish { until, reason };
            snooze::put(actor, tx, job, Some(&wish)).await
        }
        Work::Wake => snooze::put(actor, tx, job, None).await,
        Work::AddToCampaign(id) => campaign::add(actor, tx, job, id).await,
        Work::Export => export::step(actor, tx, job).await,
    }
}

/// The next accounts, locked, each with its customer; and those that can't be seen, which
/// failed.
async fn next(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
) -> Result<(Vec<(job_item::Model, Customer)>, Stepped), InternalError> {
    let waiting = items::first(tx, job.id, ItemState::Waiting, BATCH).await?;
    let names = waiting.iter().map(|item| &item.subdomain);
    let seen = accounts::find_all(tx, names, &actor.apps, true).await?;
    let mut seen: HashMap<Subdomain, Customer> = seen
        .into_iter()
        .map(|customer| (customer.subdomain.clone(), customer))
        .collect();
    let mut stepped = Stepped::with(Vec::new());
    let mut found = Vec::with_capacity(waiting.len());
    for item in waiting {
        match seen.remove(&item.subdomain) {
            Some(customer) => found.push((item, customer)),
            None => {
                let ended = Ended::failed(item.subdomain, JobReason::NotSeen);
                stepped.ended.push(ended);
            }
        }
    }
    Ok((found, stepped))
}
