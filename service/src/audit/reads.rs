//! Reads of access tokens: one entry for each reader, connection and minute,
//! written before the first answer of that minute. Further reads within the
//! minute are counted here, and the count goes into the next entry.
//!
//! Concurrent first reads of a tenant share a transaction.

use super::{Entry, record::record_all};
use crate::{
    core::{
        batch::Batcher,
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
use tokio::{sync::RwLock, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;

/// The read isn't in the audit, so its token must not be given out. The log has the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotRecorded;

/// The reader and the connection whose token is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Reader {
    tenant: TenantId,
    who: Uuid,
    connection: ConnectionId,
}

/// The reads that are recorded, and those that wait to be.
pub struct ReadLog {
    recorded: Mutex<HashMap<Reader, Recorded>>,
    firsts: Batcher<TenantId, First, Result<(), NotRecorded>>,
    /// A flush locks it exclusively, so that nothing is recorded twice.
    flushing: RwLock<()>,
}

impl ProcessState for ReadLog {
    fn begin(_: &Inner) -> Self {
        Self {
            recorded: Mutex::default(),
            firsts: Batcher::new(usize::MAX),
            flushing: RwLock::default(),
        }
    }
}

struct Recorded {
    minute: i64,
    /// Reads that are in no entry yet.
    repeats: i64,
    /// The entry for them.
    entry: Entry,
}

/// The first read of a minute, as far as the reader's process knows.
struct First {
    reader: Reader,
    minute: i64,
    entry: Entry,
}

impl ReadLog {
    fn recorded(&self) -> MutexGuard<'_, HashMap<Reader, Recorded>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a read if the first one of its minute is recorded; gives whether it is.
    fn repeats(&self, reader: &Reader, minute: i64) -> bool {
        match self.recorded().get_mut(reader) {
            Some(recorded) if recorded.minute == minute => {
                recorded.repeats += 1;
                true
            }
            _ => false,
        }
    }
}

/// Returns when the read is recorded. An entry is made only for the reader's
/// first read of the minute.
pub(crate) async fn note(
    scope: &TenantScope,
    who: Uuid,
    connection: ConnectionId,
    entry: impl FnOnce() -> Entry,
) -> Result<(), NotRecorded> {
    let reader = Reader {
        tenant: scope.tenant(),
        who,
        connection,
    };
    let log = scope.state::<ReadLog>();
    let minute = scope.now().0.div_euclid(MINUTE);
    if log.repeats(&reader, minute) {
        return Ok(());
    }
    let first = First {
        reader,
        minute,
        entry: entry(),
    };
    let everybodys = scope.clone();
    let work = move |firsts| write_all(everybodys.clone(), firsts);
    let written = log.firsts.join(scope.tenant(), first, work);
    written.await.unwrap_or(Err(NotRecorded))
}

async fn write_all(scope: TenantScope, mut firsts: Vec<First>) -> Vec<Result<(), NotRecorded>> {
    let log = scope.state::<ReadLog>();
    let _no_flush = log.flushing.read().await;
    // The previous batch may have recorded the first of this minute.
    let known: Vec<bool> = firsts
        .iter()
        .map(|first| log.repeats(&first.reader, first.minute))
        .collect();
    let mut of_each = known.iter();
    firsts.retain(|_| of_each.next() == Some(&false));
    let written = write(&scope, firsts).await.map_err(|error| {
        tracing::error!(%error, tenant.id = %scope.tenant(), "Reads of tokens could not be recorded, so no token is handed out");
        NotRecorded
    });
    let results = known.into_iter();
    results
        .map(|known| if known { Ok(()) } else { written })
        .collect()
}

async fn write(scope: &TenantScope, waiting: Vec<First>) -> Result<(), InternalError> {
    if waiting.is_empty() {
        return Ok(());
    }
    // Of several concurrent reads, one is the first; the others are its repeats.
    let mut firsts: BTreeMap<(Reader, i64), (Entry, i64)> = BTreeMap::new();
    for one in waiting {
        firsts
            .entry((one.reader, one.minute))
            .and_modify(|(_, repeats)| *repeats += 1)
            .or_insert((one.entry, 0));
    }
    let told: Vec<(Reader, i64, Entry)> = {
        let recorded = scope.state::<ReadLog>().recorded();
        let mut before = None;
        firsts
            .iter()
            .map(|((reader, minute), (entry, _))| {
                // If there are two minutes, the reader's first entry gets the count.
                let counted = recorded
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
    let mut all = scope.state::<ReadLog>().recorded();
    for ((reader, minute, entry), added) in told.into_iter().zip(added) {
        let repeats = firsts.get(&(reader, minute)).map_or(0, |(_, n)| *n);
        let recorded = all.entry(reader).or_insert_with(|| Recorded {
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

/// Flushes once a minute until told to stop. Runs in every process that serves
/// tokens, since each has its own counts.
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

/// Records the reads that were counted in earlier minutes and are in no entry
/// yet; at the end of a process (`all`) also those of this minute.
///
/// # Errors
/// [`InternalError`] if the database fails; they stay counted then.
pub async fn flush(services: &Services, all: bool) -> Result<(), InternalError> {
    let minute = services.now().0.div_euclid(MINUTE);
    let log = services.state::<ReadLog>();
    let _alone = log.flushing.write().await;
    let mut tenants: BTreeMap<TenantId, Vec<(Reader, Entry)>> = BTreeMap::new();
    {
        let mut all_recorded = log.recorded();
        let old = |recorded: &Recorded| all || recorded.minute != minute;
        all_recorded.retain(|_, recorded| recorded.repeats > 0 || !old(recorded));
        for (reader, recorded) in all_recorded.iter().filter(|(_, r)| old(r)) {
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
        let mut all_recorded = log.recorded();
        for (reader, entry) in told {
            if let Some(recorded) = all_recorded.get_mut(&reader) {
                recorded.repeats -= entry.repeats + 1;
            }
        }
    }
    Ok(())
}
