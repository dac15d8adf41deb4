//! Checks accounts: makes their connections due, so that the worker asks Gorgias at the
//! common rate, and notes what came of it.

use crate::{
    connections::{
        by_account::{self, ListedAccount},
        row::AccountRow,
    },
    core::error::InternalError,
    engine::refresh::Verdict,
    entity::{connection, job, job_item},
    jobs::{
        items::{self, Ended},
        turn::Stepped,
    },
    tenancy::{Actor, Tx, outbox},
};
use domain::{
    event::Happening,
    health::Health,
    ids::ConnectionId,
    job::{ItemState, JobReason},
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use std::collections::{BTreeSet, HashMap};

/// How many accounts of a job are asked about at once, at least and at most: about what
/// the common rate allows in two seconds. So a job that is stopped stops soon, and what is
/// due by itself doesn't wait behind thousands.
const AT_ONCE: std::ops::RangeInclusive<u64> = 8..=200;
/// An attempt that was made so shortly before counts as well.
const JUST_NOW: Span = Span::minutes(1);

/// Notes what came of the accounts that were asked about, and asks about more.
pub(super) async fn step(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
) -> Result<Stepped, InternalError> {
    let rate = u64::from(actor.config.refresh_rate);
    let most = (rate * 2).clamp(*AT_ONCE.start(), *AT_ONCE.end());
    let asked = items::first(tx, job.id, ItemState::Asked, most).await?;
    let mut seen = look(actor, tx, &asked).await?;
    let mut stepped = Stepped::with(Vec::new());
    let mut pending = 0;
    for item in asked {
        match settle(actor, tx, &item, seen.remove(&item.subdomain))? {
            Some(ended) => stepped.ended.push(ended),
            None => pending += 1,
        }
    }
    let waiting = items::first(tx, job.id, ItemState::Waiting, most - pending).await?;
    let seen = look(actor, tx, &waiting).await?;
    let free = free(tx, seen.values().flat_map(connected).map(|row| row.id)).await?;
    for item in waiting {
        let Some(account) = seen.get(&item.subdomain) else {
            let ended = Ended::failed(item.subdomain, JobReason::NotSeen);
            stepped.ended.push(ended);
            continue;
        };
        let connections: Vec<_> = connected(account).map(|row| row.id).collect();
        if connections.is_empty() {
            let ended = Ended::failed(item.subdomain, JobReason::NotConnected);
            stepped.ended.push(ended);
        } else if connections.iter().all(|id| free.contains(id)) {
            make_due(actor, tx, &connections).await?;
            let before = worst(account).code();
            items::asked(tx, job.id, &item.subdomain, before, actor.now()).await?;
        }
        // Else an attempt is being stored at this moment; the next step takes it.
    }
    stepped.waits = true;
    Ok(stepped)
}

/// The accounts that the actor may see, by name.
async fn look(
    actor: &Actor,
    tx: &Tx,
    of: &[job_item::Model],
) -> Result<HashMap<Subdomain, ListedAccount>, InternalError> {
    let names = of.iter().map(|item| item.subdomain.clone()).collect();
    let seen = by_account::these(actor, tx, names).await?;
    let by_name = |account: ListedAccount| (account.customer.subdomain.clone(), account);
    Ok(seen.into_iter().map(by_name).collect())
}

/// Its connections that have tokens, working or refused.
fn connected(account: &ListedAccount) -> impl Iterator<Item = &AccountRow> {
    let rows = account.connections.iter();
    rows.filter(|row| row.own_health != Health::NotConnected)
}

fn worst(account: &ListedAccount) -> Health {
    let states = connected(account).map(|row| row.health);
    states
        .min_by_key(|health| health.severity())
        .unwrap_or(Health::NotConnected)
}

/// Those of the connections that nobody else is writing. This waits for no lock, so it
/// can't be part of a deadlock.
async fn free(
    tx: &Tx,
    of: impl Iterator<Item = ConnectionId>,
) -> Result<BTreeSet<ConnectionId>, InternalError> {
    let ids: Vec<ConnectionId> = of.collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let free: Vec<ConnectionId> = tx
        .by_keys::<connection::Entity>(connection::Column::Id, ids)
        .select_only()
        .column(connection::Column::Id)
        .order_by_asc(connection::Column::Id)
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(free.into_iter().collect())
}

/// Makes connections due now; those that are due already stay where they are.
async fn make_due(actor: &Actor, tx: &Tx, ids: &[ConnectionId]) -> Result<(), InternalError> {
    let now = actor.now();
    let later = Condition::any()
        .add(connection::Column::DueAt.is_null())
        .add(connection::Column::DueAt.gt(now));
    tx.update::<connection::Entity>()
        .filter(connection::Column::Id.is_in(ids.iter().copied()))
        .filter(later)
        .col_expr(connection::Column::DueAt, Expr::value(Some(now)))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What came of an account; `None` as long as an attempt is due.
fn settle(
    actor: &Actor,
    tx: &Tx,
    item: &job_item::Model,
    account: Option<ListedAccount>,
) -> Result<Option<Ended>, InternalError> {
    let name = || item.subdomain.clone();
    let Some(account) = account else {
        return Ok(Some(Ended::failed(name(), JobReason::NotSeen)));
    };
    let since = item.at.unwrap_or_default();
    if connected(&account).any(|row| row.next_attempt.is_some_and(|due| due <= since)) {
        return Ok(None);
    }
    let mut failed: Option<(JobReason, String)> = None;
    let mut any = false;
    for row in connected(&account) {
        any = true;
        let (why, said) = result(row, since);
        if why != Some(JobReason::NotChecked) {
            let who = actor.as_event_actor();
            let happening = Happening::Checked { result: said };
            outbox::add(actor.services(), tx, row.id, &who, &happening)?;
        }
        if let (Some(why), None) = (why, &failed) {
            failed = Some((why, row.explanation.reason.clone()));
        }
    }
    let after = worst(&account).code();
    Ok(Some(match failed {
        _ if !any => Ended::failed(name(), JobReason::NotConnected),
        Some((why, said)) => Ended::failed(name(), why).note(said),
        None => Ended::done(name()).note(after),
    }))
}

/// Why a connection's check failed, if it did, and the sentence for its timeline.
fn result(row: &AccountRow, since: Timestamp) -> (Option<JobReason>, String) {
    if row.health == Health::SetupFault {
        let said = Verdict::AppRefused.sentence();
        return (Some(JobReason::AppRefused), said);
    }
    let checked = row
        .last_attempt
        .is_some_and(|at| at >= since.minus(JUST_NOW));
    if !checked {
        return (Some(JobReason::NotChecked), String::new());
    }
    match row.own_health {
        // That Gorgias refuses it is what a check is to find out.
        Health::Disconnected => (None, Verdict::Lost.sentence()),
        Health::StoppingSoon => (None, Verdict::NotRenewable.sentence()),
        Health::Retrying => (
            Some(JobReason::NoAnswer),
            "Gorgias gave no useful answer".to_owned(),
        ),
        _ => (None, Verdict::Fine.sentence()),
    }
}
