//! How fast an API token may ask: so many requests a second, and so many at once.

use crate::time::{Span, Timestamp};

/// Parts of a request. A rate gives this many parts in a microsecond for each
/// request in a second, so all counts are whole numbers.
const PARTS: i64 = 1_000_000;

/// The most requests a second that a token may have: more than a server answers.
pub const MOST_PER_SECOND: u32 = 100_000;
/// The most requests at once.
pub const MOST_AT_ONCE: u32 = 1_000_000;

/// Two requests at the same moment may come in another order than they read the clock.
const SAME_MOMENT: Span = Span::seconds(1);

/// Requests a second, and how many may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRate {
    per_second: u32,
    burst: u32,
}

/// The numbers are no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotARate {
    /// The number of requests a second.
    #[error("a token makes between 1 and {MOST_PER_SECOND} requests a second")]
    PerSecond,
    /// The number of requests at once.
    #[error(
        "at once, a token makes at least as many requests as in a second, and at most {MOST_AT_ONCE}"
    )]
    Burst,
}

impl RequestRate {
    /// The rate of a token that has no other.
    pub const USUAL: Self = Self {
        per_second: 50,
        burst: 200,
    };

    /// A rate within the bounds.
    ///
    /// # Errors
    /// [`NotARate`] names the number that can't be used.
    pub fn new(per_second: u32, burst: u32) -> Result<Self, NotARate> {
        if !(1..=MOST_PER_SECOND).contains(&per_second) {
            return Err(NotARate::PerSecond);
        }
        if !(per_second..=MOST_AT_ONCE).contains(&burst) {
            return Err(NotARate::Burst);
        }
        Ok(Self { per_second, burst })
    }

    /// A rate of which some numbers are the usual ones. Many requests a second are
    /// also many at once.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of(per_second: Option<u32>, burst: Option<u32>) -> Result<Self, NotARate> {
        let per_second = per_second.unwrap_or(Self::USUAL.per_second);
        let burst = burst.unwrap_or(Self::USUAL.burst.max(per_second));
        Self::new(per_second, burst)
    }

    /// Requests a second.
    pub const fn per_second(self) -> u32 {
        self.per_second
    }

    /// Requests at once.
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// After how many seconds without a request all of them are allowed again.
    pub const fn window(self) -> u32 {
        self.burst.div_ceil(self.per_second)
    }

    const fn full(self) -> i64 {
        self.burst as i64 * PARTS
    }
}

impl Default for RequestRate {
    fn default() -> Self {
        Self::USUAL
    }
}

/// What a token is told with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The rate.
    pub rate: RequestRate,
    /// How many more requests may come at once.
    pub left: u32,
    /// How long to wait, if this request was one too many.
    pub wait: Option<Span>,
}

/// The requests that a token may still make: a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestCount {
    parts: i64,
    at: Timestamp,
}

impl RequestCount {
    /// No request was made lately.
    pub const fn new(rate: RequestRate, now: Timestamp) -> Self {
        Self {
            parts: rate.full(),
            at: now,
        }
    }

    /// Counts a request, unless it is one too many.
    pub fn count(&mut self, rate: RequestRate, now: Timestamp) -> Allowance {
        self.parts = self.parts_at(rate, now);
        // Also if the clock was put back: from then on, time counts again.
        if now >= self.at || self.at.since(now) > SAME_MOMENT {
            self.at = now;
        }
        let wait = if self.parts >= PARTS {
            self.parts -= PARTS;
            None
        } else {
            let missing = PARTS - self.parts;
            let each = i64::from(rate.per_second);
            Some(Span((missing + each - 1) / each))
        };
        Allowance {
            rate,
            left: u32::try_from(self.parts / PARTS).unwrap_or(0),
            wait,
        }
    }

    /// Whether it says no more than that no request was made lately.
    pub fn is_over(&self, rate: RequestRate, now: Timestamp) -> bool {
        self.parts_at(rate, now) >= rate.full()
    }

    fn parts_at(&self, rate: RequestRate, now: Timestamp) -> i64 {
        let passed = now.since(self.at).0.max(0);
        let more = passed.saturating_mul(i64::from(rate.per_second));
        self.parts.saturating_add(more).min(rate.full())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_000_000_000);

    fn allowed(count: &mut RequestCount, rate: RequestRate, now: Timestamp, of: u32) -> u32 {
        let of = (0..of).filter(|_| count.count(rate, now).wait.is_none());
        u32::try_from(of.count()).unwrap()
    }

    #[test]
    fn s62_two_hundred_at_once_and_fifty_a_second() {
        let rate = RequestRate::USUAL;
        let mut count = RequestCount::new(rate, AT);
        assert_eq!(count.count(rate, AT).left, 199);
        assert_eq!(allowed(&mut count, rate, AT, 500), 199);
        let refused = count.count(rate, AT);
        assert_eq!((refused.left, refused.wait), (0, Some(Span(20_000))));
        // Asking while there is nothing left costs nothing.
        let later = AT.plus(Span::seconds(1));
        assert_eq!(allowed(&mut count, rate, later, 500), 50);
        // However often the clock is looked at, no part of a request is lost.
        let mut now = later;
        let mut passed = 0;
        for _ in 0..1_000 {
            now = now.plus(Span(7_001));
            passed += allowed(&mut count, rate, now, 5);
        }
        assert_eq!(passed, 350);
        assert_eq!(allowed(&mut count, rate, now.plus(Span::days(1)), 500), 200);
    }

    #[test]
    fn s62_a_clock_that_is_put_back_shuts_nobody_out() {
        let rate = RequestRate::USUAL;
        let mut count = RequestCount::new(rate, AT);
        assert_eq!(allowed(&mut count, rate, AT, 500), 200);
        let back = AT.minus(Span::hours(1));
        assert_eq!(allowed(&mut count, rate, back, 500), 0);
        let later = back.plus(Span::seconds(2));
        assert_eq!(allowed(&mut count, rate, later, 500), 100);
    }

    /// Else many requests at once would be given the same moment again and again.
    #[test]
    fn s62_the_order_in_which_requests_read_the_clock_gives_nothing() {
        let rate = RequestRate::USUAL;
        let mut count = RequestCount::new(rate, AT);
        let turns = (0..1_000).map(|turn| AT.plus(Span(10_000 * (turn % 2))));
        let allowed = turns.filter(|now| count.count(rate, *now).wait.is_none());
        assert_eq!(allowed.count(), 200);
    }

    #[test]
    fn a_count_is_over_when_all_is_allowed_again() {
        let rate = RequestRate::new(2, 10).unwrap();
        let mut count = RequestCount::new(rate, AT);
        assert!(count.is_over(rate, AT));
        allowed(&mut count, rate, AT, 10);
        assert_eq!(rate.window(), 5);
        assert!(!count.is_over(rate, AT.plus(Span(4_999_999))));
        assert!(count.is_over(rate, AT.plus(Span::seconds(5))));
    }

    #[test]
    fn rates_have_bounds() {
        for (per_second, burst, expected) in [
            (0, 5, Some(NotARate::PerSecond)),
            (100_001, 500_000, Some(NotARate::PerSecond)),
            (10, 9, Some(NotARate::Burst)),
            (10, 1_000_001, Some(NotARate::Burst)),
            (1, 1, None),
            (100_000, 1_000_000, None),
        ] {
            let made = RequestRate::new(per_second, burst);
            assert_eq!(made.err(), expected, "{per_second}, {burst}");
        }
        let of = |per_second, burst| {
            let rate = RequestRate::of(per_second, burst).unwrap();
            (rate.per_second, rate.burst)
        };
        assert_eq!(of(None, None), (50, 200));
        assert_eq!(of(Some(300), None), (300, 300));
        assert_eq!(of(Some(10), None), (10, 200));
        assert_eq!(of(None, Some(60)), (50, 60));
    }
}
