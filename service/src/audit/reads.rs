//! Reads of access tokens: one entry for each reader, connection and minute,
//! written before the first answer of that minute. What is asked again within
//! the minute is counted here, and the count goes into the next entry.
//!
//! First reads that come at once share a transaction: whoever gets the
//! writer's lock writes for all that wait.

use super::{Entry, record::record_all};
use crate::{
    core::{
        error::InternalError,
        services::{Inner, ProcessState, Services},
    },
    tenancy::TenantScope,
};
use domain::ids::{ConnectionId, TenantId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::oneshot::{self, error::TryRecvError},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;

/// The read isn't in the audit, so its token must not be handed out. Why
/// stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotRecorded;

/// Who reads which connection's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Reader {
    tenant: TenantId,
    who: Uuid,
    connection: ConnectionId,
}

/// The reads that are recorded already, and those that wait for it.
#[derive(Default)]
pub struct ReadLog {
    state: Mutex<State>,
    writer: tokio::sync::Mutex<()>,
}

impl ProcessState for ReadLog {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

#[derive(Default)]
struct State {
    recorded: HashMap<Reader, Recorded>,
    waiting: Vec<Waiting>,
}

struct Recorded {
    minute: i64,
    /// Reads that no entry tells of yet.
    repeats: i64,
    /// What an entry of them would be.
    entry: Entry,
}

struct Waiting {
    reader: Reader,
    minute: i64,
    entry: Entry,
    done: oneshot::Sender<Result<(), NotRecorded>>,
}

impl ReadLog {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns once the read is recorded. The entry is made only if it is the
/// reader's first of the minute.
pub(crate) async fn note(
    scope: &TenantScope,
    who: Uuid,
    connection: ConnectionId,
    entry: impl Fn() -> Entry,
) -> Result<(), NotRecorded> {
    let reader = Reader {
        tenant: scope.tenant(),
        who,
        connection,
    };
    let log = &scope.state::<ReadLog>();
    loop {
        let minute = scope.now().0.div_euclid(MINUTE);
        let mut done = {
            let mut state = log.state();
            if let Some(recorded) = state.recorded.get_mut(&reader)
                && recorded.minute == minute
            {
                recorded.repeats += 1;
                return Ok(());
            }
            let (sender, receiver) = oneshot::channel();
            state.waiting.push(Waiting {
                reader,
                minute,
                entry: entry(),
                done: sender,
            });
            receiver
        };
        let writer = log.writer.lock().await;
        // Whoever held the lock before may have written this one, too.
        let mut result = done.try_recv();
        if result == Err(TryRecvError::Empty) {
            write_waiting(scope.services()).await;
            result = done.try_recv();
        }
        drop(writer);
        // Otherwise whoever wrote for us was cut off; the next round does it.
        if let Ok(result) = result {
            return result;
        }
    }
}

/// Writes all that wait, a transaction for each tenant.
async fn write_waiting(services: &Services) {
    let mut tenants: BTreeMap<TenantId, Vec<Waiting>> = BTreeMap::new();
    {
        let mut state = services.state::<ReadLog>().state();
        for waiting in std::mem::take(&mut state.waiting) {
            let reader = waiting.reader;
            match state.recorded.get_mut(&reader) {
                // Who held the lock before recorded the first of this minute,
                // but didn't know of this one yet.
                Some(recorded) if recorded.minute == waiting.minute => {
                    if waiting.done.send(Ok(())).is_ok() {
                        recorded.repeats += 1;
                    }
                }
                _ => tenants.entry(reader.tenant).or_default().push(waiting),
            }
        }
    }
    for (tenant, waiting) in tenants {
        let scope = TenantScope::new(services, tenant);
        let result = write(&scope, &waiting).await.map_err(|error| {
            tracing::error!(%error, tenant.id = %tenant, "Reads of tokens could not be recorded, so no token is handed out");
            NotRecorded
        });
        for Waiting { done, .. } in waiting {
            // Nobody there: the request was given up.
            let _ = done.send(result);
        }
    }
}

async fn write(scope: &TenantScope, waiting: &[Waiting]) -> Result<(), InternalError> {
    // One of several at once is the first; the others are its repeats.
    let mut firsts: BTreeMap<(Reader, i64), (Entry, i64)> = BTreeMap::new();
    for one in waiting {
        firsts
            .entry((one.reader, one.minute))
            .and_modify(|(_, repeats)| *repeats += 1)
            .or_insert_with(|| (one.entry.clone(), 0));
    }
    let told: Vec<(Reader, i64, Entry)> = {
        let state = scope.state::<ReadLog>().state();
        let mut before = None;
        firsts
            .iter()
            .map(|((reader, minute), (entry, _))| {
                // Taken along by the first entry of the reader, if there are two minutes.
                let counted = state
                    .recorded
                    .get(reader)
                    .filter(|_| before.replace(*reader) != Some(*reader));
                let entry = Entry {
                    repeats: counted.map_or(0, |r| r.repeats),
                    once: Some(format!("{}:{}:{minute}", reader.who, reader.connection)),
                    ..entry.clone()
                };
                (*reader, *minute, entry)
            })
            .collect()
    };
    let entries: Vec<Entry> = told.iter().map(|(_, _, entry)| entry.clone()).collect();
    let tx = scope.write().await?;
    let added = record_all(scope, &tx, &entries).await?;
    tx.commit().await?;
    let mut state = scope.state::<ReadLog>().state();
    for ((reader, minute, entry), added) in told.into_iter().zip(added) {
        let repeats = firsts.get(&(reader, minute)).map_or(0, |(_, n)| *n);
        let recorded = state.recorded.entry(reader).or_insert_with(|| Recorded {
            minute,
            repeats: 0,
            entry: entry.clone(),
        });
        recorded.minute = minute;
        recorded.repeats += repeats;
        if added {
            recorded.repeats -= entry.repeats;
        } else {
            // Another process recorded the first one of this minute.
            recorded.repeats += 1;
        }
    }
    Ok(())
}

/// Flushes once a minute until told to stop. In every process that serves
/// tokens, since each counts for itself.
pub async fn keep_flushed(services: Services, stop: CancellationToken) {
    let mut timer = tokio::time::interval(Duration::from_secs(60));
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = timer.tick() => (),
        }
        if let Err(error) = flush(&services, false).await {
            tracing::error!(%error, "Repeated reads of tokens could not be recorded; they stay counted");
        }
    }
}

/// Records the reads that were counted in earlier minutes and that no later
/// read took along; at the end of a process (`all`) also this minute's.
///
/// # Errors
/// [`InternalError`] if the database fails; they stay counted then.
pub async fn flush(services: &Services, all: bool) -> Result<(), InternalError> {
    let minute = services.now().0.div_euclid(MINUTE);
    let _writer = services.state::<ReadLog>().writer.lock().await;
    let mut tenants: BTreeMap<TenantId, Vec<(Reader, Entry)>> = BTreeMap::new();
    {
        let mut state = services.state::<ReadLog>().state();
        let old = |recorded: &Recorded| all || recorded.minute != minute;
        state
            .recorded
            .retain(|_, recorded| recorded.repeats > 0 || !old(recorded));
        for (reader, recorded) in state.recorded.iter().filter(|(_, r)| old(r)) {
            let entry = Entry {
                repeats: recorded.repeats - 1,
                once: None,
                ..recorded.entry.clone()
            };
            tenants
                .entry(reader.tenant)
                .or_default()
                .push((*reader, entry));
        }
    }
    for (tenant, told) in tenants {
        let entries: Vec<Entry> = told.iter().map(|(_, entry)| entry.clone()).collect();
        let scope = TenantScope::new(services, tenant);
        let tx = scope.write().await?;
        record_all(services, &tx, &entries).await?;
        tx.commit().await?;
        let mut state = services.state::<ReadLog>().state();
        for (reader, entry) in told {
            if let Some(recorded) = state.recorded.get_mut(&reader) {
                recorded.repeats -= entry.repeats + 1;
            }
        }
    }
    Ok(())
}
