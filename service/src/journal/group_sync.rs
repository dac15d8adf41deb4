//! One sync for all that wait for one.

use std::{
    io,
    sync::{Condvar, Mutex, PoisonError},
};

/// Lets those who wrote at about the same time share a sync.
#[derive(Debug, Default)]
pub(super) struct GroupSync {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many syncs began.
    begun: u64,
    running: bool,
    waiting: usize,
    /// After a failed sync nobody knows what is on the disk, and a later one
    /// that goes well doesn't say.
    failed: bool,
}

impl GroupSync {
    /// Returns once a sync ended that began after this call. Blocks.
    pub fn wait(&self, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // One that runs already may have begun before our write.
        let ours = state.begun + 1;
        loop {
            if state.failed {
                return Err(io::Error::other("an earlier sync of this file failed"));
            }
            if !state.running {
                if state.begun >= ours {
                    return Ok(());
                }
                break;
            }
            if state.begun > ours {
                return Ok(());
            }
            state.waiting += 1;
            state = self
                .ended
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state.running = true;
        state.begun += 1;
        drop(state);
        let result = sync();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.running = false;
        state.failed |= result.is_err();
        drop(state);
        self.ended.notify_all();
        result
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    };

    #[test]
    fn those_who_come_during_a_sync_share_the_next() {
        let group = Arc::new(GroupSync::default());
        let syncs = Arc::new(AtomicU64::new(0));
        let (begun, first_began) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let first = {
            let (group, syncs) = (Arc::clone(&group), Arc::clone(&syncs));
            std::thread::spawn(move || {
                group.wait(|| {
                    begun.send(()).unwrap();
                    held.recv().unwrap();
                    syncs.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                })
            })
        };
        first_began.recv().unwrap();
        let others: Vec<_> = (0..8)
            .map(|_| {
                let (group, syncs) = (Arc::clone(&group), Arc::clone(&syncs));
                std::thread::spawn(move || {
                    group.wait(|| {
                        syncs.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    })
                })
            })
            .collect();
        while group.state.lock().unwrap().waiting < 8 {
            std::thread::yield_now();
        }
        release.send(()).unwrap();
        first.join().unwrap().unwrap();
        for other in others {
            other.join().unwrap().unwrap();
        }
        // The one that ran already was not enough, and one more was.
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_failure_is_everybodys_and_for_good() {
        let group = GroupSync::default();
        group.wait(|| Ok(())).unwrap();
        assert!(group.wait(|| Err(io::Error::other("gone"))).is_err());
        assert!(group.wait(|| Ok(())).is_err());
    }
}
