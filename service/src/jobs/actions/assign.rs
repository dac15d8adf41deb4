//! Says who looks after accounts.

use super::next;
use crate::{
    accounts::{self, Customer},
    core::error::InternalError,
    entity::job,
    jobs::{items::Ended, turn::Stepped},
    tenancy::{Actor, Tx},
};
use domain::{ids::PersonId, job::JobReason, subdomain::Subdomain};

/// A member, or nobody, looks after the next accounts. Who did before is noted.
pub(super) async fn to(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    person: Option<PersonId>,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    let may = is_member(tx, person).await?;
    for (item, customer) in found {
        if may {
            put(actor, tx, &mut stepped, item.subdomain, &customer, person).await?;
        } else {
            let ended = Ended::failed(item.subdomain, JobReason::NoMember);
            stepped.ended.push(ended);
        }
    }
    Ok(stepped)
}

/// Whoever looked after the next accounts before another job gets them back, unless
/// somebody else got them since.
pub(super) async fn back(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    given: Option<PersonId>,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    for (item, customer) in found {
        let now = customer.owner.as_ref().map(|owner| owner.id);
        let before = item.before.as_deref().unwrap_or_default();
        let before: Option<PersonId> = before.parse().ok();
        if now != given {
            let ended = Ended::failed(item.subdomain, JobReason::ChangedSince);
            stepped.ended.push(ended);
        } else if is_member(tx, before).await? {
            put(actor, tx, &mut stepped, item.subdomain, &customer, before).await?;
        } else {
            let ended = Ended::failed(item.subdomain, JobReason::NoMember);
            stepped.ended.push(ended);
        }
    }
    Ok(stepped)
}

async fn is_member(tx: &Tx, person: Option<PersonId>) -> Result<bool, InternalError> {
    match person {
        None => Ok(true),
        Some(person) => Ok(accounts::owner(tx, person).await?.is_some()),
    }
}

async fn put(
    actor: &Actor,
    tx: &Tx,
    stepped: &mut Stepped,
    subdomain: Subdomain,
    customer: &Customer,
    person: Option<PersonId>,
) -> Result<(), InternalError> {
    let before = customer.owner.as_ref().map(|owner| owner.id);
    if before == person {
        stepped.ended.push(Ended::done(subdomain));
        return Ok(());
    }
    accounts::put_owner(actor, tx, customer, person).await?;
    let before = before.map_or_else(String::new, |id| id.to_string());
    stepped.edited(actor, Ended::done(subdomain).changed(before), "owner");
    Ok(())
}
