//! Where the stream goes.

use crate::core::config::StreamTo;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::Arc,
};

/// The output that the settings name.
pub(super) fn output(to: &StreamTo) -> Arc<dyn Output> {
    match to {
        StreamTo::StandardOutput => Arc::new(StandardOutput),
        StreamTo::File(path) => Arc::new(FileOutput(path.clone())),
    }
}

/// Takes lines.
pub trait Output: Send + Sync {
    /// Takes whole lines; they are safe when it returns.
    ///
    /// # Errors
    /// As the system reports them: some of the lines may have been taken.
    fn write(&self, lines: &str) -> io::Result<()>;
}

/// Standard output.
#[derive(Debug)]
pub struct StandardOutput;

impl Output for StandardOutput {
    fn write(&self, lines: &str) -> io::Result<()> {
        let mut output = io::stdout().lock();
        output.write_all(lines.as_bytes())?;
        output.flush()
    }
}

/// A file that nobody else can read. It is opened for each block, so that it can be
/// renamed and begins anew.
#[derive(Debug)]
pub struct FileOutput(pub PathBuf);

impl FileOutput {
    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.0)
    }
}

impl Output for FileOutput {
    fn write(&self, lines: &str) -> io::Result<()> {
        let mut file = self.open()?;
        // A block that was cut in the middle of a line is written once more, as a whole.
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        file.write_all(lines.as_bytes())?;
        file.sync_data()
    }
}
