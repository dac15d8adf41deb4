//! Refusals that come in bursts: counted in memory, and written as one entry a minute
//! for each kind, with how many there were. So a flood writes few rows, and whoever is
//! refused waits for no write, which would tell a wrong password of somebody known
//! from one of nobody.

use super::{Action, Entry, Target, record::record_all};
use crate::{
    core::{
        error::InternalError,
        services::{Inner, ProcessState, Services},
    },
    tenancy::{Actor, TenantScope},
};
use domain::ids::TenantId;
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;

/// The most kinds that are counted at once; what is more is in the log alone.
const MOST: usize = 10_000;

/// Counts of refusals by kind.
pub(crate) struct Bursts<K>(Mutex<HashMap<K, Burst>>);

struct Burst {
    /// The last refusal.
    entry: Entry,
    /// Refusals that are in no entry yet.
    count: i64,
    /// The minute of the last entry.
    written: Option<i64>,
}

impl<K> Default for Bursts<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash> Bursts<K> {
    fn bursts(&self) -> MutexGuard<'_, HashMap<K, Burst>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a refusal.
    pub fn note(&self, kind: K, entry: Entry) {
        let mut bursts = self.bursts();
        if bursts.len() >= MOST && !bursts.contains_key(&kind) {
            tracing::warn!("Too many kinds of refusals to record them all in the audit");
            return;
        }
        let burst = bursts.entry(kind).or_insert(Burst {
            entry: entry.clone(),
            count: 0,
            written: None,
        });
        // What is passed on was counted before.
        burst.count += 1 + entry.repeats;
        burst.entry = entry;
    }

    /// What is to be written now: of each kind that has no entry of this minute, or
    /// `all` at the end of a process.
    pub fn due(&self, minute: i64, all: bool) -> Vec<(K, Entry)> {
        let mut bursts = self.bursts();
        bursts.retain(|_, burst| burst.count > 0 || burst.written == Some(minute));
        let due = bursts
            .iter()
            .filter(|(_, burst)| burst.count > 0 && (all || burst.written != Some(minute)));
        due.map(|(kind, burst)| {
            let entry = Entry {
                repeats: burst.count - 1,
                ..burst.entry.clone()
            };
            (kind.clone(), entry)
        })
        .collect()
    }

    /// Takes what was written off the count.
    pub fn written(&self, kind: &K, entry: &Entry, minute: i64) {
        if let Some(burst) = self.bursts().get_mut(kind) {
            burst.count -= entry.repeats + 1;
            burst.written = Some(minute);
        }
    }
}

/// The minute of now.
pub(crate) fn minute(services: &Services) -> i64 {
    services.now().0.div_euclid(MINUTE)
}

/// Tenant, actor, action, target and detail of a refusal: they are a kind. A detail
/// names a route or a reason, so there are few.
type Kind = (TenantId, Option<Uuid>, &'static str, Option<Uuid>, String);

/// The refusals in tenants.
#[derive(Default)]
pub struct RefusalLog(Bursts<Kind>);

impl ProcessState for RefusalLog {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

/// Has a refusal recorded, within seconds.
pub(crate) fn note_refusal(services: &Services, tenant: TenantId, entry: Entry) {
    let (action, detail) = (entry.action.code(), entry.detail.clone());
    let kind = (tenant, entry.by.id(), action, entry.target.id, detail);
    services.state::<RefusalLog>().0.note(kind, entry);
}

/// Has the refusal of a request recorded; `what` names the route.
pub fn request_refused(actor: &Actor, what: &str) {
    let entry = Entry::of(actor, Action::RequestRefused, Target::tenant())
        .detail(what)
        .refused();
    note_refusal(actor.services(), actor.tenant(), entry);
}

/// Writes what was refused, one transaction for each tenant.
///
/// # Errors
/// [`InternalError`] if the database fails or a tenant's chain is damaged; the other
/// tenants are done first, and what isn't written stays counted.
pub async fn flush_refusals(services: &Services, all: bool) -> Result<(), InternalError> {
    let (log, minute) = (services.state::<RefusalLog>(), minute(services));
    let mut tenants: BTreeMap<TenantId, Vec<(Kind, Entry)>> = BTreeMap::new();
    for (kind, entry) in log.0.due(minute, all) {
        tenants.entry(kind.0).or_default().push((kind, entry));
    }
    let mut first_fault = None;
    for (tenant, due) in tenants {
        let entries: Vec<Entry> = due.iter().map(|(_, entry)| entry.clone()).collect();
        match write(services, tenant, &entries).await {
            Ok(()) => {
                for (kind, entry) in due {
                    log.0.written(&kind, &entry, minute);
                }
            }
            Err(fault) => {
                first_fault.get_or_insert(fault);
            }
        }
    }
    first_fault.map_or(Ok(()), Err)
}

/// Adds entries to a tenant's chain.
async fn write(
    services: &Services,
    tenant: TenantId,
    entries: &[Entry],
) -> Result<(), InternalError> {
    let scope = TenantScope::new(services, tenant);
    let tx = scope.write().await?;
    record_all(services, &tx, entries).await?;
    tx.commit().await
}
