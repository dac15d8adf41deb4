//! The builder's messages to the proxy: whether the server answers, and what open
//! pages have to reload.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The versions that open pages compare with the first ones they got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Versions {
    page: u128,
    style: u128,
}

impl Versions {
    /// The versions as JSON for the script.
    pub fn json(self) -> String {
        format!("{{\"page\":{},\"style\":{}}}", self.page, self.style)
    }
}

struct State {
    up: bool,
    versions: Versions,
}

/// The builder writes it, the proxy's connections read it.
pub struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

impl Board {
    /// The server is not up yet. The first version differs from that of every
    /// earlier board, so that pages that were opened before reload.
    pub fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let first = since.map_or(0, |since| since.as_millis());
        Self {
            state: Mutex::new(State {
                up: false,
                versions: Versions {
                    page: first,
                    style: first,
                },
            }),
            changed: Condvar::new(),
        }
    }

    /// The server is about to stop, or has stopped.
    pub fn down(&self) {
        self.change(|state| state.up = false);
    }

    /// The server answers.
    pub fn up(&self) {
        self.change(|state| state.up = true);
    }

    /// Makes open pages reload.
    pub fn reload_pages(&self) {
        self.change(|state| state.versions.page += 1);
    }

    /// Makes open pages reload their style sheets.
    pub fn reload_style(&self) {
        self.change(|state| state.versions.style += 1);
    }

    /// Waits until the server answers; `false` if it doesn't within `patience`.
    pub fn wait_until_up(&self, patience: Duration) -> bool {
        self.wait(patience, |state| state.up.then_some(()))
            .is_some()
    }

    /// Waits until the versions differ from `seen`; `None` if that takes longer
    /// than `patience`.
    pub fn next(&self, seen: Option<Versions>, patience: Duration) -> Option<Versions> {
        self.wait(patience, |state| {
            (Some(state.versions) != seen).then_some(state.versions)
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn wait<T>(&self, patience: Duration, look: impl Fn(&State) -> Option<T>) -> Option<T> {
        let end = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&state) {
                return Some(found);
            }
            let left = end.checked_duration_since(Instant::now())?;
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_page_hears_of_the_present_at_once_and_then_of_changes() {
        let board = Board::new();
        let first = board.next(None, Duration::ZERO).unwrap();
        assert_eq!(board.next(Some(first), Duration::ZERO), None);
        board.reload_style();
        let second = board.next(Some(first), Duration::ZERO).unwrap();
        assert_eq!((second.page, second.style), (first.page, first.style + 1));
        board.reload_pages();
        let third = board.next(Some(second), Duration::ZERO).unwrap();
        assert_eq!((third.page, third.style), (second.page + 1, second.style));
        let json: serde_json::Value = serde_json::from_str(&third.json()).unwrap();
        assert!(json["page"].is_u64() && json["style"].is_u64());
    }

    #[test]
    fn who_waits_is_woken() {
        let board = Board::new();
        assert!(!board.wait_until_up(Duration::ZERO));
        std::thread::scope(|threads| {
            let waiting = threads.spawn(|| board.wait_until_up(LONG));
            board.up();
            assert!(waiting.join().unwrap());
        });
        board.down();
        assert!(!board.wait_until_up(Duration::ZERO));
    }
}
