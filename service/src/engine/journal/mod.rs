//! The journal: Gorgias' answers, from their arrival until they are in the database.
//!
//! Space for the answer is reserved on the disk before Gorgias is asked, so
//! that a full disk prevents the call and doesn't lose the answer. The answer
//! is sealed, written there and synced before it goes to the database, and the
//! space is freed afterwards. The entries of a dead process, whose lock on the
//! file has ended, are stored by the next process that looks (`replay`).

mod entry;
mod replay;
mod slots;
#[cfg(test)]
mod tests;

pub(crate) use entry::Answer;
pub use replay::set_aside;
pub(crate) use replay::{
    Replayed, Store, close, holds_answer, keep_replayed, replay, replay_connection,
};

use crate::{
    core::{
        batch::Batcher,
        error::InternalError,
        services::{self, ProcessState, Services},
    },
    host::{Disk, Shared},
    vault::JournalKey,
};
use domain::ids::ConnectionId;
use slots::{Slot, Slots};
use std::{
    fs::DirBuilder,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};
use tokio::task::JoinError;
use uuid::Uuid;

/// The folder in the data folder.
const FOLDER: &str = "journal";

/// There is no space for an answer, so Gorgias may not be asked.
#[derive(Debug, thiserror::Error)]
#[error(
    "no place for Gorgias' answers can be made in {}: {error}; make room on the disk, or let Mooring write there (MOORING_DATA_DIR)",
    folder.display()
)]
pub struct JournalFull {
    folder: PathBuf,
    error: io::Error,
}

/// Why no space was reserved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReserveError {
    /// The disk is full.
    #[error(transparent)]
    Full(#[from] JournalFull),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The journal of this process, and those that it took over.
pub(crate) struct Journal(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    files: Mutex<Files>,
    /// Only one task at a time makes space.
    growing: Arc<tokio::sync::Mutex<()>>,
    /// Whether the files that were set aside were tried again.
    tried_again: AtomicBool,
    /// Concurrent writers share a thread and a sync.
    notes: Batcher<(), (Slot, Vec<u8>), Written>,
    clears: Batcher<(), Slot, io::Result<()>>,
    /// Reads the journals of other processes.
    looks: Batcher<(), ConnectionId, Result<bool, InternalError>>,
}

/// The result of writing an entry; without its slot, if the writing thread failed.
type Written = (Option<Slot>, io::Result<()>);

/// The most jobs of one batch.
const BATCH: usize = 64;

#[derive(Default)]
struct Files {
    /// The file for new answers. Made for the first one.
    own: Option<Arc<Slots>>,
    /// The files of dead processes, and own ones that failed.
    left: Vec<Arc<Slots>>,
    /// The files of other processes on this machine, for reading.
    others: Vec<Arc<Shared>>,
}

/// Space for one answer.
pub(crate) struct Reservation {
    slot: Slot,
    key: JournalKey,
}

/// An answer that was given to the journal. If this is dropped, the answer
/// stays there and is stored later.
pub(crate) struct Noted {
    slot: Option<Slot>,
    safe: bool,
}

impl ProcessState for Journal {
    /// A journal in the data folder. No file is touched before it is needed.
    fn begin(process: &services::Inner) -> Self {
        Self(Arc::new(Inner {
            folder: process.config.data_dir.join(FOLDER),
            disk: Arc::clone(&process.disk),
            files: Mutex::default(),
            growing: Arc::default(),
            tried_again: AtomicBool::new(false),
            notes: Batcher::new(BATCH),
            clears: Batcher::new(BATCH),
            looks: Batcher::new(BATCH),
        }))
    }
}

impl Inner {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All files that this process holds.
    fn held(&self) -> Vec<Arc<Slots>> {
        let files = self.files();
        files.own.iter().chain(&files.left).cloned().collect()
    }

    fn free_slot(&self) -> Option<Slot> {
        self.files().own.as_ref()?.reserve()
    }

    /// Makes space in this process's file; makes the file too, if there is none yet.
    fn grow(&self, name: Uuid) -> io::Result<Slot> {
        // Another task may have made space before.
        if let Some(slot) = self.free_slot() {
            return Ok(slot);
        }
        let own = self.files().own.clone();
        let own = match own.filter(|own| !own.is_broken()) {
            Some(own) => own,
            None => {
                make_folder(&self.folder)?;
                let path = self.folder.join(format!("{name}.journal"));
                let made = Slots::create(path, Arc::clone(&self.disk))?;
                let mut files = self.files();
                let broken = files.own.replace(Arc::clone(&made));
                files.left.extend(broken);
                made
            }
        };
        own.grow()?;
        own.reserve().ok_or(io::ErrorKind::StorageFull.into())
    }
}

/// Reserves space for an answer, before Gorgias is asked for it.
///
/// # Errors
/// [`ReserveError::Full`] if the disk is full, [`ReserveError::Internal`] if
/// the database doesn't answer.
pub(crate) async fn reserve(services: &Services) -> Result<Reservation, ReserveError> {
    let key = services.vault().journal_key(services).await?;
    let inner = &services.state::<Journal>().0;
    if let Some(slot) = inner.free_slot() {
        return Ok(Reservation { slot, key });
    }
    let growing = Arc::clone(&inner.growing).lock_owned().await;
    let (ours, name) = (Arc::clone(inner), services.new_id());
    let grown = tokio::task::spawn_blocking(move || {
        let _growing = growing;
        ours.grow(name)
    });
    match grown.await.map_err(InternalError::from)? {
        Ok(slot) => Ok(Reservation { slot, key }),
        Err(error) => Err(ReserveError::Full(JournalFull {
            folder: inner.folder.clone(),
            error,
        })),
    }
}

/// Checks whether answers could be kept now, and logs it if not.
///
/// # Errors
/// [`InternalError`] if the database doesn't answer.
pub async fn preflight(services: &Services) -> Result<(), InternalError> {
    match reserve(services).await {
        Ok(_) => Ok(()),
        Err(ReserveError::Internal(error)) => Err(error),
        Err(ReserveError::Full(full)) => {
            tracing::error!(error = %full, "Gorgias will not be asked for tokens, since its answers could be lost");
            Ok(())
        }
    }
}

impl Reservation {
    /// Seals the answer, and returns when it is on the disk. If the disk fails
    /// now, the answer is not safe, but nothing else changes: it is still
    /// stored in the database.
    pub async fn note(self, services: &Services, answer: &Answer) -> Noted {
        let Self { mut slot, key } = self;
        let bytes = match entry::seal(answer, &key, &*services.random) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, "An answer could not be sealed for the journal");
                return Noted {
                    slot: None,
                    safe: false,
                };
            }
        };
        slot.announce(answer.bound);
        let notes = &services.state::<Journal>().0.notes;
        let (slot, error) = match notes.join((), (slot, bytes), fill_all).await {
            Ok((slot, written)) => (slot, written.err().map(|e| e.to_string())),
            Err(error) => (None, Some(error.to_string())),
        };
        if let Some(error) = &error {
            tracing::error!(error, connection.id = %answer.bound.connection, "The journal could not be written; the answer goes straight to the database");
        }
        Noted {
            slot,
            safe: error.is_none(),
        }
    }
}

impl Noted {
    /// Whether the answer survives the end of this process.
    pub fn is_safe(&self) -> bool {
        self.safe
    }

    /// Frees the space, since the answer is stored or outdated.
    pub async fn clear(self, services: &Services) {
        let Some(slot) = self.slot else { return };
        let clears = &services.state::<Journal>().0.clears;
        let error = match clears.join((), slot, clear_all).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        // Storing it a second time changes nothing, so this does little harm.
        tracing::error!(error, "A place in the journal could not be freed");
    }
}

async fn fill_all(entries: Vec<(Slot, Vec<u8>)>) -> Vec<Written> {
    let count = entries.len();
    let filled = tokio::task::spawn_blocking(move || {
        let results = slots::fill(&entries);
        let slots = entries.into_iter().map(|(slot, _)| Some(slot));
        slots.zip(results).collect()
    });
    let failed = |error: JoinError| {
        let each = || (None, Err(io::Error::other(error.to_string())));
        std::iter::repeat_with(each).take(count).collect()
    };
    filled.await.unwrap_or_else(failed)
}

async fn clear_all(slots: Vec<Slot>) -> Vec<io::Result<()>> {
    let count = slots.len();
    let clear = move || slots.into_iter().map(Slot::clear).collect();
    let failed = |error: JoinError| {
        let each = || Err(io::Error::other(error.to_string()));
        std::iter::repeat_with(each).take(count).collect()
    };
    tokio::task::spawn_blocking(clear)
        .await
        .unwrap_or_else(failed)
}

/// Only its owner may read it.
fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
