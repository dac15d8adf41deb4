//! The work that a change of a file needs.

use std::ffi::OsStr;
use std::path::{Component, Path};
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Work {
    /// Bundle the style sheets.
    pub style: bool,
    /// Copy the icons.
    pub icons: bool,
    /// Build the server, and restart it.
    pub server: bool,
    /// Build the wasm.
    pub browser: bool,
}

const NONE: Work = Work {
    style: false,
    icons: false,
    server: false,
    browser: false,
};
const STYLE: Work = Work {
    style: true,
    ..NONE
};
const ICONS: Work = Work {
    icons: true,
    ..NONE
};
const SERVER: Work = Work {
    server: true,
    ..NONE
};
/// Compiled for both; cargo knows which files the wasm really uses.
const BOTH: Work = Work {
    browser: true,
    ..SERVER
};

/// The server's crates.
const CRATES: &[(&str, Work)] = &[
    ("app", BOTH),
    ("domain", BOTH),
    ("gorgias", SERVER),
    ("migration", SERVER),
    ("no-roots", SERVER),
    ("server", SERVER),
    ("service", SERVER),
];

/// Folders that are watched with all their subfolders.
pub fn folders() -> impl Iterator<Item = String> {
    let sources = CRATES.iter().map(|(name, _)| format!("{name}/src"));
    ["style", "public"]
        .map(str::to_owned)
        .into_iter()
        .chain(sources)
}

/// Folders in which only the files are watched, for `Cargo.toml`; the first is the root.
pub fn manifests() -> impl Iterator<Item = &'static str> {
    std::iter::once("").chain(CRATES.iter().map(|(name, _)| *name))
}

impl Work {
    pub const ALL: Self = Self {
        style: true,
        icons: true,
        server: true,
        browser: true,
    };

    /// The work after a change of a file; the path is relative to the root of the workspace.
    pub fn after(path: &Path) -> Self {
        if path.file_name().is_none_or(of_editor) {
            return NONE;
        }
        let names: Option<Vec<&str>> = path
            .components()
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect();
        match names.unwrap_or_default().as_slice() {
            ["style", ..] => STYLE,
            ["public", ..] => ICONS,
            ["Cargo.toml" | "Cargo.lock"] => BOTH,
            [name, "Cargo.toml"] | [name, "src", _, ..] => CRATES
                .iter()
                .find(|(known, _)| known == name)
                .map_or(NONE, |(_, work)| *work),
            _ => NONE,
        }
    }

    /// The work of both.
    pub fn and(self, other: Self) -> Self {
        Self {
            style: self.style || other.style,
            icons: self.icons || other.icons,
            server: self.server || other.server,
            browser: self.browser || other.browser,
        }
    }

    pub fn is_none(self) -> bool {
        self == NONE
    }
}

/// Temporary files that editors make beside the saved ones, and snapshots of tests.
fn of_editor(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return true;
    };
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    name.starts_with(['.', '#'])
        || name.ends_with('~')
        || name.bytes().all(|byte| byte.is_ascii_digit())
        || ["swp", "swx", "tmp", "bak", "orig", "rej", "snap", "new"].contains(&ending)
}

/// The work begins after this long without a change: editors and git write several
/// files in a row.
const QUIET: Duration = Duration::from_millis(50);
/// After this many changes in a row the work begins anyway.
const MOST: usize = 10_000;

/// Adds the changes that follow the first one without a pause. `next` waits for a
/// change, at most for the given time.
pub fn gather(first: Work, mut next: impl FnMut(Duration) -> Option<Work>) -> Work {
    let mut all = first;
    if all.is_none() {
        return all;
    }
    for _ in 0..MOST {
        match next(QUIET) {
            Some(more) => all = all.and(more),
            None => break,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(path: &str) -> Work {
        Work::after(Path::new(path))
    }

    #[test]
    fn style_needs_no_rust_build() {
        assert_eq!(after("style/tokens.css"), STYLE);
        assert_eq!(after("style/components/button.css"), STYLE);
        let work = gather(after("style/base.css"), |_| None);
        assert!(!work.server && !work.browser);
    }

    #[test]
    fn the_browser_is_built_for_what_it_may_use() {
        assert_eq!(after("app/src/pages/signin.rs"), BOTH);
        assert_eq!(after("domain/src/slug.rs"), BOTH);
        assert_eq!(after("service/src/connections/refresh/mod.rs"), SERVER);
        assert_eq!(after("migration/src/functions/take_due.sql"), SERVER);
        assert_eq!(after("server/Cargo.toml"), SERVER);
        assert_eq!(after("Cargo.lock"), BOTH);
        assert_eq!(after("public/favicon.svg"), ICONS);
    }

    #[test]
    fn what_is_not_in_the_server_needs_nothing() {
        for path in [
            "xtask/src/main.rs",
            "simulator/src/lib.rs",
            "server/tests/it/main.rs",
            "service/examples/bench/main.rs",
            "target/debug/mooring",
            "docs/operations.md",
            "README.md",
            "src/main.rs",
            "server/src",
            "",
            "/style/base.css",
        ] {
            assert_eq!(after(path), NONE, "{path}");
        }
    }

    #[test]
    fn files_that_editors_leave_for_a_moment_need_nothing() {
        for name in [".base.css.swp", "base.css~", "4913", "#base.css#", "a.tmp"] {
            assert_eq!(after(&format!("style/{name}")), NONE, "{name}");
        }
        assert_eq!(after("app/src/pages/tests/snapshots/a.snap.new"), NONE);
    }

    #[test]
    fn every_folder_that_is_watched_is_there_and_needs_something() {
        for folder in folders() {
            assert!(crate::paths::root().join(&folder).is_dir(), "{folder}");
            assert!(!after(&format!("{folder}/x.rs")).is_none(), "{folder}");
        }
        for folder in manifests() {
            let path = Path::new(folder).join("Cargo.toml");
            assert!(crate::paths::root().join(&path).is_file(), "{folder}");
            assert!(!Work::after(&path).is_none(), "{folder}");
        }
    }

    #[test]
    fn changes_without_a_pause_are_one_piece_of_work() {
        let mut more = vec![NONE, SERVER, STYLE].into_iter();
        let mut waits = Vec::new();
        let work = gather(STYLE, |wait| {
            waits.push(wait);
            more.next()
        });
        assert_eq!(work, STYLE.and(SERVER));
        assert_eq!(waits, [QUIET; 4]);
    }

    #[test]
    fn what_needs_nothing_is_not_waited_for() {
        let work = gather(NONE, |_| panic!("nothing is to be waited for"));
        assert!(work.is_none());
    }

    #[test]
    fn changes_without_an_end_do_not_keep_the_work_from_its_start() {
        assert_eq!(gather(STYLE, |_| Some(NONE)), STYLE);
    }
}
