//! How long a server has not answered.
//!
//! One connection without an answer says little: its statement may wait for
//! another one's lock, or the server may be busy. So an answer on another
//! connection counts as well, if that connection is as old as the question: a
//! newer one may lead to another server.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::time::Instant;

/// When a server was asked and when it answered, on any of several connections.
#[derive(Debug)]
pub(super) struct Silence {
    begun: Instant,
    /// The first question since an answer, in microseconds since the beginning.
    asked: AtomicU64,
    /// The last answer, in the same unit.
    heard: AtomicU64,
}

impl Silence {
    pub fn begin(now: Instant) -> Self {
        Self {
            begun: now,
            asked: AtomicU64::new(0),
            heard: AtomicU64::new(0),
        }
    }

    fn micros(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.begun);
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    /// A statement is sent.
    pub fn asks(&self, now: Instant) {
        if self.asked.load(Ordering::Relaxed) <= self.heard.load(Ordering::Relaxed) {
            self.asked.store(self.micros(now), Ordering::Relaxed);
        }
    }

    /// The server answered on a connection that was made at `made`.
    pub fn hears(&self, now: Instant, made: Instant) {
        if self.micros(made) <= self.asked.load(Ordering::Relaxed) {
            self.heard.fetch_max(self.micros(now), Ordering::Relaxed);
        }
    }

    /// For how long the server has not answered.
    pub fn lasts(&self, now: Instant) -> Duration {
        let asked = self.asked.load(Ordering::Relaxed);
        let heard = self.heard.load(Ordering::Relaxed);
        Duration::from_micros(self.micros(now).saturating_sub(asked.max(heard)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    /// security.md 86
    #[test]
    fn s86_silence_lasts_from_the_first_question_without_an_answer() {
        let begun = Instant::now();
        let silence = Silence::begin(begun);
        let at = |number| begun + second(number);
        // No statement was sent for an hour.
        silence.asks(at(3600));
        assert_eq!(silence.lasts(at(3602)), second(2));
        silence.asks(at(3603));
        assert_eq!(silence.lasts(at(3607)), second(7), "from the first one");
    }

    /// security.md 86: an answer on another connection shows that the server lives.
    #[test]
    fn s86_an_answer_on_another_connection_counts() {
        let begun = Instant::now();
        let silence = Silence::begin(begun);
        let at = |number| begun + second(number);
        let made = at(0);
        silence.asks(at(1));
        silence.asks(at(2));
        silence.hears(at(5), made);
        assert_eq!(silence.lasts(at(8)), second(3), "the first has none yet");
        silence.asks(at(9));
        silence.hears(at(9), made);
        assert_eq!(silence.lasts(at(9)), second(0));
    }

    /// security.md 86: a connection that was made after the switch-over leads
    /// to the new primary, and says nothing about the old one.
    #[test]
    fn s86_an_answer_on_a_newer_connection_does_not_count() {
        let begun = Instant::now();
        let silence = Silence::begin(begun);
        let at = |number| begun + second(number);
        silence.asks(at(1));
        for now in 3..8 {
            silence.asks(at(now));
            silence.hears(at(now), at(3));
        }
        assert_eq!(silence.lasts(at(8)), second(7));
        // An old one that does answer ends it, and from then on all count.
        silence.hears(at(8), at(0));
        silence.asks(at(9));
        silence.hears(at(10), at(3));
        assert_eq!(silence.lasts(at(10)), second(0));
    }
}
