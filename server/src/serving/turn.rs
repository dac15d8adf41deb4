//! Whose turn it is on a connection, and how long it may take.

use super::Bounds;
use hyper::body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::Semaphore;

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The peer's: the rest of a request's head.
    Head,
    /// Ours: the request is being answered.
    Answer,
    /// Nobody's: the peer may send another request.
    Idle,
}

/// The turns of one connection, known to the stream and to the answers.
#[derive(Clone)]
pub(super) struct Turns(Arc<Shared>);

struct Shared {
    bounds: Bounds,
    /// The places of all connections.
    room: Arc<Semaphore>,
    now: Mutex<Now>,
}

struct Now {
    turn: Turn,
    /// Which turn it is, counted.
    number: u64,
}

impl Turns {
    /// A new connection owes us a request's head.
    pub fn new(bounds: Bounds, room: Arc<Semaphore>) -> Self {
        Self(Arc::new(Shared {
            bounds,
            room,
            now: Mutex::new(Now {
                turn: Turn::Head,
                number: 0,
            }),
        }))
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn_to(&self, turn: Turn) {
        let mut now = self.now();
        now.turn = turn;
        now.number += 1;
    }

    /// Bytes came: the first ones begin a head.
    pub fn received(&self) {
        if self.now().turn == Turn::Idle {
            self.turn_to(Turn::Head);
        }
    }

    /// A head is complete; its answer ends when what this returns is dropped.
    pub fn begin(&self) -> Tracked<()> {
        self.turn_to(Turn::Answer);
        Tracked {
            body: (),
            _end: End(self.clone()),
        }
    }

    /// The number of the present turn, and how long the peer may let us wait
    /// in it. Without an end while we answer: that has its own limit.
    pub fn limit(&self) -> (u64, Option<Duration>) {
        let now = self.now();
        let Shared { bounds, room, .. } = &*self.0;
        let limit = match now.turn {
            Turn::Head => Some(bounds.head),
            Turn::Answer => None,
            Turn::Idle if room.available_permits() < bounds.connections / 4 => {
                Some(bounds.idle_when_full)
            }
            Turn::Idle => Some(bounds.idle),
        };
        (now.number, limit)
    }

    /// How long the peer may take to take something.
    pub fn write_limit(&self) -> Duration {
        self.0.bounds.write
    }
}

/// Dropped at the end of an answer.
struct End(Turns);

impl Drop for End {
    fn drop(&mut self) {
        self.0.turn_to(Turn::Idle);
    }
}

/// An answer's body; when it is dropped, the answer is at its end.
pub(super) struct Tracked<B> {
    body: B,
    _end: End,
}

impl Tracked<()> {
    pub fn with<B>(self, body: B) -> Tracked<B> {
        let Self { _end, .. } = self;
        Tracked { body, _end }
    }
}

impl<B: Body + Unpin> Body for Tracked<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s75_a_head_has_one_limit_however_many_pieces_it_comes_in() {
        let bounds = Bounds {
            connections: 8,
            ..Bounds::default()
        };
        let room = Arc::new(Semaphore::new(8));
        let turns = Turns::new(bounds, Arc::clone(&room));
        let first = turns.limit();
        assert_eq!(first, (0, Some(bounds.head)));
        turns.received();
        turns.received();
        assert_eq!(turns.limit(), first, "the limit doesn't begin anew");
        let answer = turns.begin();
        assert_eq!(turns.limit(), (1, None));
        turns.received();
        assert_eq!(turns.limit(), (1, None), "its body");
        drop(answer.with(()));
        assert_eq!(turns.limit(), (2, Some(bounds.idle)));
        turns.received();
        assert_eq!(turns.limit(), (3, Some(bounds.head)));
        drop(turns.begin());
        let taken = room.try_acquire_many(7);
        assert!(taken.is_ok());
        assert_eq!(turns.limit(), (5, Some(bounds.idle_when_full)));
    }
}
