//! Stores the answers in journals: our own, and those of dead processes.

use super::{
    Answer, FOLDER, Inner, Journal,
    entry::{self, Found, HEADER, Header, SLOT},
    slots::{Known, Slot, Slots},
};
use crate::{
    core::{error::InternalError, services::Services},
    host::Shared,
    tenancy::TenantScope,
};
use domain::ids::ConnectionId;
use std::{
    collections::HashSet,
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// The pause between two looks for waiting answers.
const PERIOD: Duration = Duration::from_secs(1);
/// How often the log says that an answer can't be stored.
const TOLD_EVERY: u32 = 60;

const IN_USE: &str = "journal";
const SET_ASIDE: &str = "aside";
const UNNAMED: &str = "new";

/// Stores answers that waited in a journal.
pub trait Store: Send + Sync {
    /// Stores an answer; `false` if the connection has newer tokens by now, was
    /// disconnected on purpose, or was removed.
    ///
    /// # Errors
    /// [`InternalError`] if the database fails; the answer then stays in the journal.
    fn store(
        &self,
        scope: &TenantScope,
        answer: Answer,
    ) -> impl Future<Output = Result<bool, InternalError>> + Send;
}

/// The result of storing a connection's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replayed {
    /// No answer waits.
    Nothing,
    /// One was stored.
    Stored,
    /// Another task is storing one just now.
    Busy,
}

/// The result of storing one answer.
enum Outcome {
    Stored,
    /// The row has newer tokens, or needs none any more.
    Dropped,
    SetAside,
}

/// Takes over the journals of dead processes, and stores the answers in them
/// and in our own. Gives the number of answers.
///
/// # Errors
/// [`InternalError`] if an answer could not be stored; it stays. The others are
/// stored all the same, as long as the database answers.
pub async fn replay(services: &Services, store: &impl Store) -> Result<usize, InternalError> {
    let inner = Arc::clone(&services.state::<Journal>().0);
    tokio::task::spawn_blocking(move || take_over(&inner)).await?;
    let inner = &services.state::<Journal>().0;
    let (mut stored, mut fault) = (0, None);
    'files: for slots in inner.held() {
        for number in slots.waiting() {
            let Some(slot) = slots.take(number) else {
                continue;
            };
            match apply(services, store, slot).await {
                Ok(Outcome::Stored) => stored += 1,
                Ok(Outcome::Dropped | Outcome::SetAside) => (),
                Err(error) => {
                    fault.get_or_insert(error);
                    if services.db.read().ping().await.is_err() {
                        break 'files;
                    }
                }
            }
        }
    }
    let inner = Arc::clone(inner);
    tokio::task::spawn_blocking(move || let_go(&inner)).await?;
    fault.map_or(Ok(stored), Err)
}

/// Stores the waiting answers of a connection, before Gorgias is asked for it again.
pub(crate) async fn replay_connection(
    services: &Services,
    connection: ConnectionId,
    store: &impl Store,
) -> Result<Replayed, InternalError> {
    let inner = &services.state::<Journal>().0;
    let mut replayed = Replayed::Nothing;
    for slots in inner.held() {
        let number = match slots.known(connection) {
            Known::Nothing => continue,
            Known::Busy => return Ok(Replayed::Busy),
            Known::Waiting(number) => number,
        };
        let Some(slot) = slots.take(number) else {
            return Ok(Replayed::Busy);
        };
        if let Outcome::Stored = apply(services, store, slot).await? {
            replayed = Replayed::Stored;
        }
    }
    if replayed == Replayed::Nothing && !inner.files().others.is_empty() {
        let ours = Arc::clone(inner);
        let look = move |wanted| look(Arc::clone(&ours), wanted);
        if inner.looks.join((), connection, look).await?? {
            return Ok(Replayed::Busy);
        }
    }
    Ok(replayed)
}

/// For each connection, whether other processes' journals hold answers for it.
/// An unreadable file is checked by the process that takes it over.
async fn look(inner: Arc<Inner>, wanted: Vec<ConnectionId>) -> Vec<Result<bool, InternalError>> {
    let others = inner.files().others.clone();
    let count = wanted.len();
    let look = move || {
        let held: HashSet<ConnectionId> = others
            .iter()
            .flat_map(|file| holds(file).unwrap_or_default())
            .collect();
        wanted.iter().map(|id| Ok(held.contains(id))).collect()
    };
    let failed = |_| (0..count).map(|_| Err(InternalError::Awaited)).collect();
    tokio::task::spawn_blocking(look)
        .await
        .unwrap_or_else(failed)
}

/// Whether this process holds an answer for a connection that isn't stored yet.
pub(crate) fn holds_answer(services: &Services, connection: ConnectionId) -> bool {
    let held = services.state::<Journal>().0.held();
    held.iter()
        .any(|slots| slots.known(connection) != Known::Nothing)
}

/// Replays until told to stop. Runs in every process that asks Gorgias, with a
/// worker or without.
pub async fn keep_replayed(services: Services, store: &impl Store, stop: CancellationToken) {
    let mut timer = tokio::time::interval(PERIOD);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut untold = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = timer.tick() => (),
        }
        match replay(&services, store).await {
            Ok(_) => untold = 0,
            Err(error) => {
                if untold == 0 {
                    tracing::error!(%error, "Answers of Gorgias wait in the journal, since they can't be stored");
                }
                untold = (untold + 1) % TOLD_EVERY;
            }
        }
    }
}

/// Stores the waiting answers at the end of a process, and removes its empty journal.
///
/// # Errors
/// As [`replay`]: an answer that could not be stored stays for the next process.
pub async fn close(services: &Services, store: &impl Store) -> Result<(), InternalError> {
    let replayed = replay(services, store).await;
    let inner = Arc::clone(&services.state::<Journal>().0);
    tokio::task::spawn_blocking(move || {
        let own = inner.files().own.take();
        inner.files().left.extend(own);
        let_go(&inner);
    })
    .await?;
    replayed.map(drop)
}

/// How many journals in a data folder hold entries that could not be opened.
///
/// # Errors
/// If there is a folder of journals that can't be read.
pub fn set_aside(data_dir: &Path) -> io::Result<usize> {
    let entries = match fs::read_dir(data_dir.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let is_aside = |path: PathBuf| path.extension().is_some_and(|e| e == SET_ASIDE);
    Ok(entries.flatten().filter(|e| is_aside(e.path())).count())
}

/// Stores one answer. The caller holds it exclusively.
async fn apply(
    services: &Services,
    store: &impl Store,
    slot: Slot,
) -> Result<Outcome, InternalError> {
    let read = move || slot.read().map(|bytes| (slot, bytes));
    let (slot, bytes) = tokio::task::spawn_blocking(read)
        .await?
        .map_err(InternalError::Journal)?;
    let answer = match Header::read(&bytes) {
        Found::Entry(header) => services
            .vault()
            .journal_key_named(services, header.key)
            .await?
            .and_then(|key| entry::open(&header, &key, &bytes)),
        Found::Free | Found::Nonsense => None,
    };
    drop(bytes);
    let Some(answer) = answer else {
        tracing::error!(
            file = %slot.path().display(),
            "An entry of the journal can't be opened: it was cut off while it was written, changed, or sealed with a key that this database doesn't have; it is set aside"
        );
        slot.set_aside();
        return Ok(Outcome::SetAside);
    };
    let scope = TenantScope::new(services, answer.bound.tenant);
    let connection = answer.bound.connection;
    let stored = store.store(&scope, answer).await?;
    tracing::info!(connection.id = %connection, stored, "An answer of Gorgias that waited in the journal was looked after");
    tokio::task::spawn_blocking(move || slot.clear())
        .await?
        .map_err(InternalError::Journal)?;
    Ok(if stored {
        Outcome::Stored
    } else {
        Outcome::Dropped
    })
}

/// Takes over the files of dead processes. Blocks.
fn take_over(inner: &Inner) {
    let first = !inner.tried_again.swap(true, Ordering::Relaxed);
    let mut others = Vec::new();
    for path in list(&inner.folder) {
        let wanted = match path.extension().and_then(OsStr::to_str) {
            Some(IN_USE) => true,
            // Once for each process: its keys may be the right ones.
            Some(SET_ASIDE) => first,
            Some(UNNAMED) if first => {
                remove_unnamed(&path);
                false
            }
            _ => false,
        };
        if !wanted {
            continue;
        }
        match Slots::take_over(path.clone(), Arc::clone(&inner.disk)) {
            Ok(Some(slots)) => inner.files().left.push(slots),
            Ok(None) => {
                let ours = inner.held().iter().any(|held| held.path == path);
                let other = (!ours).then(|| File::open(&path).ok()).flatten();
                others.extend(other.map(|file| Arc::new(Shared::new(file))));
            }
            Err(error) if first => {
                tracing::error!(%error, file = %path.display(), "A journal can't be read");
            }
            Err(error) => {
                tracing::debug!(%error, file = %path.display(), "A journal can't be read");
            }
        }
    }
    inner.files().others = others;
}

fn list(folder: &Path) -> Vec<PathBuf> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::debug!(%error, "The folder {FOLDER} can't be read");
            }
            Vec::new()
        }
    }
}

/// Removes the file of a process that was killed while it made the file; it is empty.
fn remove_unnamed(path: &Path) {
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        let _ = fs::remove_file(path);
    }
}

/// Removes the finished files, and sets aside those with unreadable entries. Blocks.
fn let_go(inner: &Inner) {
    let done: Vec<Arc<Slots>> = {
        let mut files = inner.files();
        let broken = files.own.take_if(|own| own.is_broken());
        files.left.extend(broken);
        let (done, left) = std::mem::take(&mut files.left)
            .into_iter()
            .partition(|slots| slots.is_done());
        files.left = left;
        done
    };
    for slots in done {
        let unreadable = slots.unreadable();
        let result = if unreadable > 0 {
            let aside = slots.path.with_extension(SET_ASIDE);
            tracing::error!(
                file = %aside.display(),
                unreadable,
                "A journal holds answers of Gorgias that can't be opened; it is kept, and tried again at the next start"
            );
            fs::rename(&slots.path, &aside)
        } else {
            fs::remove_file(&slots.path)
        };
        match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!(%error, file = %slots.path.display(), "A journal could not be moved out of the way");
            }
            _ => (),
        }
    }
}

/// The connections that another process's journal holds answers for. Blocks.
fn holds(file: &Shared) -> io::Result<Vec<ConnectionId>> {
    let mut held = Vec::new();
    let slots = file.file().metadata()?.len() / SLOT as u64;
    for number in 0..slots {
        let mut header = [0; HEADER];
        file.read_at(number * SLOT as u64, &mut header)?;
        if let Found::Entry(header) = Header::read(&header) {
            held.push(header.bound.connection);
        }
    }
    Ok(held)
}
