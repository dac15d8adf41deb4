//! How many event streams are open, for each session and in all.

use crate::serving::Bounds;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tower_sessions::session::Id;

/// Counts streams; clones share the count.
#[derive(Clone)]
pub struct Streams(Arc<Shared>);

struct Shared {
    bounds: Bounds,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_session: HashMap<Id, usize>,
}

/// The place of an open stream; dropping it frees the place.
pub struct Stream {
    streams: Streams,
    session: Id,
}

/// No more streams may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// This session has too many.
    OfSession,
    /// All sessions together have too many.
    InAll,
}

impl Streams {
    /// Without open streams.
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Shared {
            bounds,
            open: Mutex::default(),
        }))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for one more stream.
    ///
    /// # Errors
    /// If all places are taken.
    pub fn begin(&self, session: Id) -> Result<Stream, TooMany> {
        let bounds = &self.0.bounds;
        let mut open = self.open();
        if open.all >= bounds.streams {
            return Err(TooMany::InAll);
        }
        let own = open.by_session.entry(session).or_default();
        if *own >= bounds.streams_of_session {
            return Err(TooMany::OfSession);
        }
        *own += 1;
        open.all += 1;
        Ok(Stream {
            streams: self.clone(),
            session,
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_session.get_mut(&self.session) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_session.remove(&self.session);
            }
        }
    }
}
