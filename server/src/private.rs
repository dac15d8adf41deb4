//! Only Mooring's own user can read what it keeps on disk (security.md 77).

use crate::settings::Settings;
use std::path::Path;

/// From here on, no other user can read a file or folder that this process makes,
/// whether Mooring, SQLite or a library makes it.
pub fn keep() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// The paths that other users can read, each with the remedy.
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

/// The permissions; `None` if the path doesn't exist, or on systems without them.
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
