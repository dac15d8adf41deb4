//! Writes accounts into a file: each account keeps its line until the job's file is
//! removed, so that erasing an account takes its line away, too.

use super::BATCH;
use crate::{
    accounts::{Contact, Customer},
    audit::csv::line,
    connections::by_account::{self, ListedAccount},
    core::error::InternalError,
    entity::job,
    jobs::{
        items::{self, Ended},
        turn::Stepped,
    },
    tenancy::{Actor, Tx},
};
use domain::{
    health::Health,
    job::{ItemState, JobReason},
    subdomain::Subdomain,
};
use std::collections::HashMap;

/// The first line of the file.
pub(in crate::jobs) const HEADER: [&str; 10] = [
    "subdomain",
    "name",
    "external_id",
    "owner",
    "tags",
    "note",
    "contacts",
    "health",
    "apps",
    "last_success",
];

/// Notes the lines of the next accounts.
pub(super) async fn step(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
) -> Result<Stepped, InternalError> {
    let waiting = items::first(tx, job.id, ItemState::Waiting, BATCH).await?;
    let names = waiting.iter().map(|item| item.subdomain.clone());
    let seen = by_account::these(actor, tx, names.collect()).await?;
    let mut lines: HashMap<Subdomain, String> = seen
        .iter()
        .map(|account| (account.customer.subdomain.clone(), row(account)))
        .collect();
    let ended = waiting
        .into_iter()
        .map(|item| match lines.remove(&item.subdomain) {
            Some(line) => Ended::done(item.subdomain).note(line),
            None => Ended::failed(item.subdomain, JobReason::NotSeen),
        });
    Ok(Stepped::with(ended.collect()))
}

fn row(account: &ListedAccount) -> String {
    let Customer {
        subdomain,
        name,
        external_id,
        owner,
        tags,
        note,
        contacts,
        // A view of the moment, which a file is not for.
        snoozed: _,
    } = &account.customer;
    let worst = account.connections.first();
    let health = worst.map_or(Health::NotConnected, |row| row.health);
    let apps = account.connections.iter().map(|row| row.app_name.as_str());
    let last = account
        .connections
        .iter()
        .filter_map(|row| row.last_success);
    line([
        subdomain.as_str(),
        name.as_deref().unwrap_or_default(),
        external_id.as_deref().unwrap_or_default(),
        owner.as_ref().map_or("", |owner| owner.email.as_str()),
        &joined(tags.iter().map(ToString::to_string), ", "),
        note.as_ref().map_or("", |note| note.text.as_str()),
        &joined(contacts.iter().map(contact), "; "),
        health.label(),
        &joined(apps.map(str::to_owned), ", "),
        &last.max().map(|at| at.rfc3339()).unwrap_or_default(),
    ])
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}

fn contact(contact: &Contact) -> String {
    match &contact.name {
        Some(name) => format!("{name} <{}>", contact.email),
        None => contact.email.clone(),
    }
}
