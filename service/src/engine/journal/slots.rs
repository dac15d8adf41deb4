//! A file of slots, held under a lock of the operating system.

use super::entry::{Found, HEADER, Header, SLOT};
use crate::{
    host::{Disk, Shared},
    vault::Bound,
};
use domain::ids::ConnectionId;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// How many slots a file grows by; one, if the disk has no room for more.
const GROWTH: [u32; 2] = [8, 1];

/// A file of slots. The lock goes with the last handle.
pub(super) struct Slots {
    pub path: PathBuf,
    file: Shared,
    disk: Arc<dyn Disk>,
    table: Mutex<Table>,
    /// After a failed write nobody knows what the file holds: it is emptied,
    /// and no new slot is taken from it.
    broken: AtomicBool,
}

#[derive(Default)]
struct Table {
    /// How many slots there are.
    count: u32,
    free: Vec<u32>,
    /// Reserved, and nothing written yet.
    reserved: usize,
    entries: BTreeMap<u32, Waiting>,
    /// What could not be opened; it stays as it is.
    unreadable: BTreeSet<u32>,
}

struct Waiting {
    bound: Bound,
    /// Somebody is storing it.
    busy: bool,
}

/// One slot, for whoever holds it alone. Dropped, an entry in it stays, and
/// waits to be stored.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    number: u32,
    holds: Holds,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    Entry,
    Unreadable,
}

/// What is known of a connection's answers in this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    Busy,
    Waiting(u32),
}

impl Slots {
    /// A new file under a name that nobody has. It gets the name once it is
    /// locked, so that nobody takes it over meanwhile.
    pub fn create(path: PathBuf, disk: Arc<dyn Disk>) -> io::Result<Arc<Self>> {
        let unnamed = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&unnamed)?;
        let named = file
            .try_lock()
            .map_err(io::Error::from)
            .and_then(|()| std::fs::rename(&unnamed, &path))
            .and_then(|()| sync_folder(&path));
        if let Err(error) = named {
            // What can't be used must not be left lying about.
            let _ = std::fs::remove_file(&unnamed);
            return Err(error);
        }
        Ok(Self::new(path, file, disk, Table::default()))
    }

    /// Takes a file over, unless the process that made it is still there.
    pub fn take_over(path: PathBuf, disk: Arc<dyn Disk>) -> io::Result<Option<Arc<Self>>> {
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let length = file.metadata()?.len();
        let whole = u32::try_from(length / SLOT as u64).unwrap_or(u32::MAX);
        let slots = Self::new(path, file, disk, Table::default());
        {
            let mut table = slots.table();
            table.count = whole;
            for number in 0..whole {
                let mut header = [0; HEADER];
                slots.file.read_at(at(number), &mut header)?;
                match Header::read(&header) {
                    Found::Free => (),
                    Found::Entry(header) => table.wait(number, header.bound),
                    Found::Nonsense => {
                        table.unreadable.insert(number);
                    }
                }
            }
            // Not allocated to its end, or not one of ours.
            let rest = usize::try_from(length % SLOT as u64).unwrap_or_default();
            let mut tail = vec![0; rest];
            slots.file.read_at(at(whole), &mut tail)?;
            if tail.iter().any(|byte| *byte != 0) {
                table.unreadable.insert(whole);
            }
        }
        Ok(Some(slots))
    }

    fn new(path: PathBuf, file: File, disk: Arc<dyn Disk>, table: Table) -> Arc<Self> {
        Arc::new(Self {
            path,
            file: Shared::new(file),
            disk,
            table: Mutex::new(table),
            broken: AtomicBool::new(false),
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    fn breaks(&self) {
        self.broken.store(true, Ordering::Release);
    }

    /// A slot that is free.
    pub fn reserve(self: &Arc<Self>) -> Option<Slot> {
        if self.is_broken() {
            return None;
        }
        let mut table = self.table();
        let number = table.free.pop()?;
        table.reserved += 1;
        drop(table);
        Some(self.slot(number, Holds::Nothing))
    }

    fn slot(self: &Arc<Self>, number: u32, holds: Holds) -> Slot {
        Slot {
            slots: Arc::clone(self),
            number,
            holds,
        }
    }

    /// Makes room for more slots. Blocks.
    pub fn grow(&self) -> io::Result<()> {
        let count = self.table().count;
        let mut refused = None;
        for more in GROWTH {
            let from = at(count);
            match self
                .disk
                .allocate(&self.file, from, u64::from(more) * SLOT as u64)
            {
                Ok(()) => {
                    let mut table = self.table();
                    table.count = count + more;
                    // The lowest goes first.
                    table.free.extend((count..count + more).rev());
                    return Ok(());
                }
                Err(error) => {
                    // What was allocated of it belongs to others again.
                    let _ = self.file.file().set_len(from);
                    refused = Some(error);
                }
            }
        }
        Err(refused.unwrap_or_else(|| io::ErrorKind::StorageFull.into()))
    }

    /// What is known of a connection's answers.
    pub fn known(&self, connection: ConnectionId) -> Known {
        let table = self.table();
        let mut known = Known::Nothing;
        for (number, waiting) in &table.entries {
            if waiting.bound.connection == connection {
                if waiting.busy {
                    return Known::Busy;
                }
                known = Known::Waiting(*number);
            }
        }
        known
    }

    /// The slots of the entries that wait.
    pub fn waiting(&self) -> Vec<u32> {
        let table = self.table();
        let waiting = table.entries.iter().filter(|(_, w)| !w.busy);
        waiting.map(|(number, _)| *number).collect()
    }

    /// A waiting entry's slot, for the caller alone.
    pub fn take(self: &Arc<Self>, number: u32) -> Option<Slot> {
        let mut table = self.table();
        let waiting = table.entries.get_mut(&number).filter(|w| !w.busy)?;
        waiting.busy = true;
        drop(table);
        Some(self.slot(number, Holds::Entry))
    }

    /// How many slots hold what can't be read.
    pub fn unreadable(&self) -> usize {
        self.table().unreadable.len()
    }

    /// Whether nobody has anything to do with it any more.
    pub fn is_done(&self) -> bool {
        let table = self.table();
        table.entries.is_empty() && table.reserved == 0
    }
}

impl Table {
    fn wait(&mut self, number: u32, bound: Bound) {
        self.entries.insert(number, Waiting { bound, busy: false });
    }
}

impl Slot {
    /// Notes in memory that an entry is about to be written: first of all, so
    /// that nobody asks for this connection meanwhile.
    pub fn announce(&mut self, bound: Bound) {
        let mut table = self.slots.table();
        table.reserved -= 1;
        let waiting = Waiting { bound, busy: true };
        table.entries.insert(self.number, waiting);
        self.holds = Holds::Entry;
    }

    /// Writes an entry that was announced. Blocks.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let slots = &self.slots;
        if slots.is_broken() {
            return Err(io::Error::other("an earlier write to this file failed"));
        }
        slots
            .disk
            .write(&slots.file, at(self.number), bytes)
            .inspect_err(|_| slots.breaks())
    }

    /// The whole slot. Blocks.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; SLOT];
        self.slots.file.read_at(at(self.number), &mut bytes)?;
        Ok(bytes)
    }

    /// Frees the slot. Not synced: an entry that comes back is one that is
    /// stored already, and `token_version` tells. Blocks.
    pub fn clear(mut self) -> io::Result<()> {
        let slots = &self.slots;
        slots
            .disk
            .write(&slots.file, at(self.number), &[0; HEADER])
            .inspect_err(|_| slots.breaks())?;
        let mut table = slots.table();
        table.entries.remove(&self.number);
        table.reserved += 1;
        drop(table);
        self.holds = Holds::Nothing;
        Ok(())
    }

    /// Leaves what can't be opened where it is, for good.
    pub fn set_aside(mut self) {
        self.holds = Holds::Unreadable;
        // The file is set aside as a whole, once nothing else is in it.
        self.slots.breaks();
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.slots.path
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut table = self.slots.table();
        match self.holds {
            Holds::Nothing => {
                table.reserved -= 1;
                table.free.push(self.number);
            }
            Holds::Entry => {
                if let Some(waiting) = table.entries.get_mut(&self.number) {
                    waiting.busy = false;
                }
            }
            Holds::Unreadable => {
                table.entries.remove(&self.number);
                table.unreadable.insert(self.number);
            }
        }
    }
}

/// Writes announced entries, and returns once they are on the disk: one sync
/// for each file. Blocks.
pub(super) fn fill(entries: &[(Slot, Vec<u8>)]) -> Vec<io::Result<()>> {
    let mut results: Vec<io::Result<()>> = entries
        .iter()
        .map(|(slot, bytes)| slot.write(bytes))
        .collect();
    let mut synced: Vec<(&Arc<Slots>, Result<(), String>)> = Vec::new();
    for ((slot, _), result) in entries.iter().zip(&mut results) {
        if result.is_err() {
            continue;
        }
        let file = &slot.slots;
        let known = synced.iter().find(|(other, _)| Arc::ptr_eq(other, file));
        let sync = match known {
            Some((_, sync)) => sync.clone(),
            None => {
                // After a failed sync nobody knows what is on the disk, and a
                // later one that goes well doesn't say.
                let sync = file
                    .disk
                    .sync(&file.file)
                    .map_err(|error| error.to_string());
                if sync.is_err() {
                    file.breaks();
                }
                synced.push((file, sync.clone()));
                sync
            }
        };
        *result = sync.map_err(io::Error::other);
    }
    results
}

fn at(slot: u32) -> u64 {
    u64::from(slot) * SLOT as u64
}

/// So that the file's name outlives a power failure.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
