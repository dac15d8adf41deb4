//! The journal's disk; tests use one that is full or fails.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{Mutex, PoisonError},
};

/// The journal's operations on a disk. All of them may block.
pub trait Disk: Send + Sync + 'static {
    /// Makes the file longer by `bytes` zero bytes from `at` on. The space then
    /// belongs to the file, even if the disk becomes full.
    ///
    /// # Errors
    /// If there is no space, or the disk fails.
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

    /// Writes into the allocated part.
    ///
    /// # Errors
    /// If the disk fails.
    fn write(&self, file: &Shared, at: u64, bytes: &[u8]) -> io::Result<()> {
        file.write_at(at, bytes)
    }

    /// Returns when everything written is on the disk.
    ///
    /// # Errors
    /// If the disk fails; the state of the written bytes is then unknown.
    fn sync(&self, file: &Shared) -> io::Result<()> {
        file.file.sync_data()
    }
}

/// The machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {}

/// A file that several threads write, each at its own position.
#[derive(Debug)]
pub struct Shared {
    file: File,
    /// All users share the file's position. The lock is held for the copy into
    /// the page cache, never for a sync.
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
