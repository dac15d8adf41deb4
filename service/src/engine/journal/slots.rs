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

/// How many slots a file grows by: eight, or one if the disk has no space for more.
const GROWTH: [u32; 2] = [8, 1];

/// A file of slots. The lock ends when the last handle is dropped.
pub(super) struct Slots {
    pub path: PathBuf,
    file: Shared,
    disk: Arc<dyn Disk>,
    table: Mutex<Table>,
    /// After a failed write the content of the file is unknown: it is emptied,
    /// and no new slot is taken from it.
    broken: AtomicBool,
}

#[derive(Default)]
struct Table {
    /// The number of slots.
    count: u32,
    free: Vec<u32>,
    /// Slots that are reserved, and not written yet.
    reserved: usize,
    entries: BTreeMap<u32, Waiting>,
    /// Slots that could not be opened; they stay as they are.
    unreadable: BTreeSet<u32>,
}

struct Waiting {
    bound: Bound,
    /// A task is storing it.
    busy: bool,
}

/// One slot, held exclusively. If this is dropped, an entry in it stays, and
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

/// The state of a connection's answers in this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    Busy,
    Waiting(u32),
}

impl Slots {
    /// A new file under a unique name. It gets its name after it is locked, so
    /// that nobody takes it over before that.
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
            // A file that can't be used must not stay.
            let _ = std::fs::remove_file(&unnamed);
            return Err(error);
        }
        Ok(Self::new(path, file, disk, Table::default()))
    }

    /// Takes a file over, unless the process that made it is still alive.
    pub fn take_over(path: PathBuf, disk: Arc<dyn Disk>) -> io::Result<Option<Arc<Self>>> {
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            // Another process was faster.
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
            // The allocation was not finished, or the file is not Mooring's.
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

    /// A free slot.
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

    /// Makes space for more slots. Blocks.
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
                    // The lowest number is used first.
                    table.free.extend((count..count + more).rev());
                    return Ok(());
                }
                Err(error) => {
                    // Gives the allocated part back to the disk.
                    let _ = self.file.file().set_len(from);
                    refused = Some(error);
                }
            }
        }
        Err(refused.unwrap_or_else(|| io::ErrorKind::StorageFull.into()))
    }

    /// The state of a connection's answers.
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

    /// The slots of the waiting entries.
    pub fn waiting(&self) -> Vec<u32> {
        let table = self.table();
        let waiting = table.entries.iter().filter(|(_, w)| !w.busy);
        waiting.map(|(number, _)| *number).collect()
    }

    /// The slot of a waiting entry, held exclusively by the caller.
    pub fn take(self: &Arc<Self>, number: u32) -> Option<Slot> {
        let mut table = self.table();
        let waiting = table.entries.get_mut(&number).filter(|w| !w.busy)?;
        waiting.busy = true;
        drop(table);
        Some(self.slot(number, Holds::Entry))
    }

    /// How many slots hold unreadable entries.
    pub fn unreadable(&self) -> usize {
        self.table().unreadable.len()
    }

    /// Whether the file is empty and nobody uses it any more.
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
    /// Records in memory that an entry is about to be written. This comes
    /// first, so that nobody asks for this connection in the meantime.
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

    /// Frees the slot. Not synced: an entry that reappears is stored already,
    /// which `token_version` shows. Blocks.
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

    /// Leaves an unreadable entry where it is, for good.
    pub fn set_aside(mut self) {
        self.holds = Holds::Unreadable;
        // The whole file is set aside, when nothing else is in it.
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

/// Writes announced entries, and returns when they are on the disk: one sync
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
                // After a failed sync the content of the disk is unknown, and a
                // later sync that succeeds doesn't say anything about it.
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

/// Makes the file's name survive a power failure.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
