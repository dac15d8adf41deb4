//! Gives accounts a tag, or takes it from them.

use super::next;
use crate::{
    accounts,
    core::error::InternalError,
    entity::job,
    jobs::{items::Ended, turn::Stepped},
    tenancy::{Actor, Tx},
};
use domain::{
    customer::{MOST_TAGS, Tag},
    job::JobReason,
};

/// Gives the next accounts a tag; those that have it are done.
pub(super) async fn add(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    tag: &Tag,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    for (item, customer) in found {
        let mut tags = customer.tags.clone();
        if tags.iter().any(|one| one.key() == tag.key()) {
            stepped.ended.push(Ended::done(item.subdomain));
        } else if tags.len() >= MOST_TAGS {
            let ended = Ended::failed(item.subdomain, JobReason::TooManyTags);
            stepped.ended.push(ended);
        } else {
            tags.push(tag.clone());
            accounts::put_tags(actor, tx, &customer, tags).await?;
            stepped.edited(actor, Ended::done(item.subdomain).changed(""), "tags");
        }
    }
    Ok(stepped)
}

/// Takes a tag from the next accounts; those that don't have it are done.
pub(super) async fn remove(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    tag: &Tag,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    for (item, customer) in found {
        let mut tags = customer.tags.clone();
        tags.retain(|one| one.key() != tag.key());
        if tags.len() == customer.tags.len() {
            stepped.ended.push(Ended::done(item.subdomain));
        } else {
            accounts::put_tags(actor, tx, &customer, tags).await?;
            stepped.edited(actor, Ended::done(item.subdomain).changed(""), "tags");
        }
    }
    Ok(stepped)
}
