//! What a connection waits for, and how long that may take.

use super::bounds::Bounds;
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
    /// For the peer: the rest of a request's head.
    Head,
    /// For Mooring: the request is being answered.
    Answer,
    /// For Mooring: the answer is a stream of events.
    Stream,
    /// For Mooring: the answer is a file that is saved.
    File,
    /// For the peer: it still has to read the end of an answer.
    Sent,
    /// For neither: the peer may send another request.
    Idle,
    /// The peer was answered before its whole request was read. What still comes is
    /// not another request, so the connection ends.
    Over,
}

/// The turns of one connection, shared by the stream and the answers.
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
    /// The number of the present turn.
    number: u64,
    /// Whether a part of the request's body is not read yet.
    unread: bool,
}

impl Turns {
    /// A new connection: it waits for a request's head.
    pub fn new(bounds: Bounds, room: Arc<Semaphore>) -> Self {
        Self(Arc::new(Shared {
            bounds,
            room,
            now: Mutex::new(Now {
                turn: Turn::Head,
                number: 0,
                unread: false,
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

    /// A head is complete. Its answer ends when the returned value is dropped.
    pub fn begin(&self) -> Tracked<()> {
        self.turn_to(Turn::Answer);
        Tracked {
            body: (),
            _end: End(self.clone()),
        }
    }

    /// The body of the request that began, for the handler to read.
    pub fn reading<B: Body>(&self, body: B) -> Read<B> {
        self.now().unread = !body.is_end_stream();
        Read {
            body,
            turns: self.clone(),
        }
    }

    /// Whether the request's body was read to its end.
    pub fn is_read(&self) -> bool {
        !self.now().unread
    }

    /// The answer ends when its events do.
    pub fn stream(&self) {
        self.turn_to(Turn::Stream);
    }

    /// The answer is a file, which may be long.
    pub fn file(&self) {
        self.turn_to(Turn::File);
    }

    /// The peer has read everything that was sent.
    pub fn flushed(&self) {
        if self.now().turn == Turn::Sent {
            let next = if self.is_read() {
                Turn::Idle
            } else {
                Turn::Over
            };
            self.turn_to(next);
        }
    }

    /// Whether the connection has no further use.
    pub fn are_over(&self) -> bool {
        self.now().turn == Turn::Over
    }

    /// The number of the present turn, and its time limit. A stream of events has
    /// no limit for as long as the peer reads it.
    pub fn limit(&self) -> (u64, Option<Duration>) {
        let now = self.now();
        let Shared { bounds, room, .. } = &*self.0;
        let limit = match now.turn {
            Turn::Head => Some(bounds.head),
            Turn::Answer | Turn::Sent => Some(bounds.whole),
            Turn::File => Some(bounds.file),
            Turn::Stream | Turn::Over => None,
            Turn::Idle if room.available_permits() < bounds.connections / 4 => {
                Some(bounds.idle_when_full)
            }
            Turn::Idle => Some(bounds.idle),
        };
        (now.number, limit)
    }

    /// How long the peer may take to read something.
    pub fn write_limit(&self) -> Duration {
        self.0.bounds.write
    }

    /// How long the peer of an early answer may take to read it.
    pub fn linger_limit(&self) -> Duration {
        self.0.bounds.linger
    }
}

/// Dropped at the end of an answer.
struct End(Turns);

impl Drop for End {
    fn drop(&mut self) {
        // Its limit goes on, so the turn keeps its number.
        self.0.now().turn = Turn::Sent;
    }
}

/// A request's body, which notes when it was read to its end.
pub(super) struct Read<B> {
    body: B,
    turns: Turns,
}

impl<B: Body + Unpin> Body for Read<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.turns.now().unread = false;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body; dropping it ends the answer.
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
        assert_eq!(turns.limit(), (1, Some(bounds.whole)));
        turns.received();
        turns.flushed();
        assert_eq!(turns.limit(), (1, Some(bounds.whole)), "its body");
        drop(answer.with(()));
        assert_eq!(turns.limit(), (1, Some(bounds.whole)), "to the last byte");
        turns.flushed();
        assert_eq!(turns.limit(), (2, Some(bounds.idle)));
        turns.received();
        assert_eq!(turns.limit(), (3, Some(bounds.head)));
        let answer = turns.begin();
        turns.stream();
        assert_eq!(turns.limit(), (5, None), "events have no end");
        drop(answer);
        turns.flushed();
        let taken = room.try_acquire_many(7);
        assert!(taken.is_ok());
        assert_eq!(turns.limit(), (6, Some(bounds.idle_when_full)));
    }
}
