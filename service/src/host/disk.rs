//! What the journal asks of a disk; tests put one in that is full or fails.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{Mutex, PoisonError},
};

/// What the journal asks of a disk. All of it may block.
pub trait Disk: Send + Sync + 'static {
    /// Makes the file longer by so many zero bytes from `at` on, which from
    /// then on are the file's own, whoever else fills the disk.
    ///
    /// # Errors
    /// If there is no room, or the disk fails.
    fn allocate(&self, file: &Shared, at: u64, bytes: u64) -> io::Result<()> {
        static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
        let mut done = 0;
        while done < bytes {
            let some = usize::try_from(bytes - done).map_or(ZEROS.len(), |n| n.min(ZEROS.len()));
            file.write_at(at + done, ZEROS.get(..some).unwrap_or(&ZEROS))?;
            done += some as u64;
        }
        file.file.sync_all()
    }

    /// Writes into what was allocated.
    ///
    /// # Errors
    /// If the disk fails.
    fn write(&self, file: &Shared, at: u64, bytes: &[u8]) -> io::Result<()> {
        file.write_at(at, bytes)
    }

    /// Returns once everything written is on the disk.
    ///
    /// # Errors
    /// If the disk fails; nothing is known of what was written then.
    fn sync(&self, file: &Shared) -> io::Result<()> {
        file.file.sync_data()
    }
}

/// The machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {}

/// A file that several threads write at places of their own.
#[derive(Debug)]
pub struct Shared {
    file: File,
    /// Where the file is read and written is one for all its users; held for
    /// the copy into the page cache, never for a sync.
    place: Mutex<()>,
}

impl Shared {
    pub(crate) fn new(file: File) -> Self {
        Self {
            file,
            place: Mutex::new(()),
        }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let _place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(SeekFrom::Start(at))?;
        (&self.file).write_all(bytes)
    }

    pub(crate) fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let _place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(SeekFrom::Start(at))?;
        (&self.file).read_exact(bytes)
    }
}
