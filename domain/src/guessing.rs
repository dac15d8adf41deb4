//! How long somebody has to wait who gave wrong passwords (security.md 49).
//!
//! Failures are counted in three ways at once, and each has its own limits, so
//! that guessing one person's password from many networks, and many people's
//! from one, are slowed alike.

use crate::time::{Span, Timestamp};

/// What failures are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// One person's address, tried from one network.
    PersonAndNetwork,
    /// One person's address, tried from anywhere.
    Person,
    /// One network, whoever's address is tried from there.
    Network,
    /// One browser in which the person signed in before, or is signed in now. It
    /// counts instead of all others: what somebody else guesses, also from the same
    /// network, must not lock the person out.
    Known,
}

/// Failures are forgotten after so long without another one.
pub const FORGOTTEN_AFTER: Span = Span::hours(24);

impl Counter {
    /// So many failures cost no waiting: fingers slip, and an office has one network.
    const fn free(self) -> u32 {
        match self {
            Self::PersonAndNetwork | Self::Known => 5,
            Self::Person => 20,
            Self::Network => 50,
        }
    }

    /// The longest wait between two attempts.
    const fn longest(self) -> Span {
        match self {
            Self::PersonAndNetwork | Self::Network => Span::hours(1),
            Self::Person | Self::Known => Span::minutes(15),
        }
    }

    /// How long after the last of so many failures the next attempt is looked
    /// at: 30 seconds after the free ones, twice as long with each further one.
    fn wait(self, failures: u32) -> Span {
        let Some(beyond) = failures.checked_sub(self.free()) else {
            return Span(0);
        };
        let doubled = Span::seconds(30).0.saturating_mul(1 << beyond.min(20));
        Ord::min(Span(doubled), self.longest())
    }
}

/// The failures of one counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// How many there were, attempts under way among them.
    pub count: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Failures {
    /// How long to wait before the next attempt; `None` if there may be one now.
    pub fn wait(self, counter: Counter, now: Timestamp) -> Option<Span> {
        let until = self
            .known(now)
            .last_at
            .plus(counter.wait(self.known(now).count));
        (until > now).then(|| until.since(now))
    }

    /// With another failure at this moment.
    #[must_use]
    pub fn and_one(self, now: Timestamp) -> Self {
        Self {
            count: self.known(now).count.saturating_add(1),
            last_at: now,
        }
    }

    /// Without an attempt that was no failure: as before it, unless there were
    /// further ones meanwhile.
    #[must_use]
    pub fn without(self, attempt: Self, before: Self) -> Self {
        if self == attempt {
            return before;
        }
        Self {
            count: self.count.saturating_sub(1),
            ..self
        }
    }

    fn known(self, now: Timestamp) -> Self {
        if now.since(self.last_at) >= FORGOTTEN_AFTER {
            Self::default()
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000_000_000);

    /// How many guesses fit into a time, if each is made as soon as it may be.
    fn guesses(counter: Counter, span: Span) -> u32 {
        let (mut failures, mut now) = (Failures::default(), NOW);
        while now.since(NOW) < span {
            match failures.wait(counter, now) {
                Some(wait) => now = now.plus(wait),
                None => failures = failures.and_one(now),
            }
        }
        failures.count
    }

    /// security.md 49
    #[test]
    fn s49_guessing_is_slowed_to_some_dozens_a_day() {
        assert!(guesses(Counter::PersonAndNetwork, Span::hours(24)) < 40);
        assert!(guesses(Counter::Person, Span::hours(24)) < 130);
        assert!(guesses(Counter::Network, Span::hours(24)) < 90);
    }

    #[test]
    fn slips_of_the_finger_cost_nothing_and_days_are_forgotten() {
        let mut failures = Failures::default();
        for _ in 0..5 {
            assert_eq!(failures.wait(Counter::PersonAndNetwork, NOW), None);
            failures = failures.and_one(NOW);
        }
        let wait = failures.wait(Counter::PersonAndNetwork, NOW);
        assert_eq!(wait, Some(Span::seconds(30)));
        assert_eq!(failures.wait(Counter::Person, NOW), None);
        let later = NOW.plus(FORGOTTEN_AFTER);
        assert_eq!(failures.wait(Counter::PersonAndNetwork, later), None);
        assert_eq!(failures.and_one(later).count, 1);
        let (attempt, other) = (failures.and_one(NOW), failures.and_one(later));
        assert_eq!(attempt.without(attempt, failures), failures, "as before");
        assert_eq!(other.and_one(later).without(attempt, failures).count, 1);
    }

    #[test]
    fn no_number_of_failures_overflows() {
        let failures = Failures {
            count: u32::MAX,
            last_at: NOW,
        };
        let wait = failures.wait(Counter::Person, NOW);
        assert_eq!(wait, Some(Span::minutes(15)));
        assert_eq!(failures.and_one(NOW).count, u32::MAX);
    }
}
