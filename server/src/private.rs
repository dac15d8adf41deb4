//! What Mooring keeps on disk is its user's alone (security.md 77).

use crate::settings::Settings;
use std::path::Path;

/// From here on, no file and no folder that this process makes is open to
/// others, whoever makes it: SQLite, the journal, a library.
pub fn keep() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// What others can look into, each with the remedy.
pub fn open_to_others(settings: &Settings) -> Vec<String> {
    let store = &settings.store;
    let mut open = Vec::new();
    let folders = [Some(store.data_dir.as_path()), settings.sqlite_folder()];
    let mut seen: Vec<&Path> = Vec::new();
    for folder in folders.into_iter().flatten() {
        if seen.contains(&folder) {
            continue;
        }
        seen.push(folder);
        if let Some(mode) = mode(folder).filter(|mode| mode & 0o077 != 0) {
            let shown = folder.display();
            open.push(format!(
                "others can look into the folder {shown} (mode {mode:o}), where Mooring keeps its data; `chmod 700 {shown}` keeps them out"
            ));
        }
    }
    for file in &settings.secret_files {
        if let Some(mode) = mode(file).filter(|mode| mode & 0o007 != 0) {
            let shown = file.display();
            open.push(format!(
                "everybody on this machine can read {shown} (mode {mode:o}), which holds a secret; `chmod 600 {shown}` keeps them out"
            ));
        }
    }
    open
}

/// The permissions; nothing if it isn't there, or where there are none.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some(metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
