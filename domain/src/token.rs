//! When a token expires, and when to ask for the next one.

use crate::time::{Span, Timestamp};

/// How long Gorgias says an access token lives.
pub const DOCUMENTED_LIFE: Span = Span::hours(24);

/// A token that claims a longer life is not believed.
const LONGEST_LIFE: Span = Span::days(366);

/// The longest `Retry-After` that is obeyed.
pub const LONGEST_RETRY_AFTER: Span = Span::hours(1);

/// When an access token received at `received_at` expires.
///
/// Gorgias sometimes sends `expires_in: 0` with tokens that live a day. So the
/// first of these counts: the JWT's own `exp` (seconds since 1970) if it lies
/// in the future, then a positive and plausible `expires_in` (seconds), then
/// the documented 24 hours.
pub fn expires_at(
    received_at: Timestamp,
    jwt_exp: Option<i64>,
    expires_in: Option<i64>,
) -> Timestamp {
    let sane = |at: &Timestamp| *at > received_at && at.since(received_at) <= LONGEST_LIFE;
    jwt_exp
        .map(Timestamp::from_unix_seconds)
        .filter(sane)
        .or_else(|| {
            expires_in
                .map(|seconds| received_at.plus(Span::seconds(seconds)))
                .filter(sane)
        })
        .unwrap_or_else(|| received_at.plus(DOCUMENTED_LIFE))
}

/// The shortest time between two planned checks of a connection, and so the
/// shortest interval that can be set.
pub const SHORTEST_INTERVAL: Span = Span::seconds(10);

/// When to check a connection next, after a proof at `now`.
///
/// Within the check interval, spread by `jitter` (0 to 1) over its last fifth,
/// so that connections made together don't stay together. It is earlier if the
/// token's life would otherwise fall under `needed_life`, or under half of its
/// full life if that is less. It is never sooner than [`SHORTEST_INTERVAL`], so
/// that tokens with a very short life can't cause a loop.
pub fn next_check(
    now: Timestamp,
    expires: Timestamp,
    interval: Span,
    needed_life: Span,
    jitter: f64,
) -> Timestamp {
    let by_interval = now.plus(scaled(interval, 1.0 - 0.2 * jitter.clamp(0.0, 1.0)));
    let half = Span(expires.since(now).0 / 2);
    by_interval
        .min(expires.minus(needed_life.min(half)))
        .max(now.plus(SHORTEST_INTERVAL))
}

/// When to try again after the `failures`-th failure in a row (1 is the first):
/// exponential backoff with full jitter from 30 s up to 30 min, at least 5 s,
/// and never longer than the check interval. A longer `retry_after` from
/// Gorgias is obeyed up to [`LONGEST_RETRY_AFTER`].
pub fn next_try(
    now: Timestamp,
    failures: u32,
    interval: Span,
    retry_after: Option<Span>,
    jitter: f64,
) -> Timestamp {
    let cap = Span::seconds(30 << failures.saturating_sub(1).min(6))
        .min(Span::minutes(30))
        .min(interval);
    let own = scaled(cap, jitter.clamp(0.0, 1.0)).max(Span::seconds(5));
    let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    now.plus(own.max(asked))
}

/// When a connection counts as unchecked, after an attempt at `at`: two intervals later.
pub fn overdue_at(at: Timestamp, interval: Span) -> Timestamp {
    at.plus(Span(interval.0.saturating_mul(2)))
}

/// How far clocks may differ before a time counts as in the future.
pub const SKEW: Span = Span::minutes(15);

/// The latest time that anything is planned for at `now`. A later due time
/// comes from a clock that was ahead.
pub fn latest_due(now: Timestamp, interval: Span) -> Timestamp {
    now.plus(interval.max(LONGEST_RETRY_AFTER)).plus(SKEW)
}

/// Whether the recorded time `at` lies in the future. The clock was then set
/// back since, and the time that passed is unknown.
pub fn from_the_future(at: Timestamp, now: Timestamp) -> bool {
    at > now.plus(SKEW)
}

/// The share of the rate that all checks need, in percent, rounded up:
/// `connections` checks per `interval`, at a rate of `rate` per second.
pub fn load_percent(connections: u64, interval: Span, rate: u32) -> u64 {
    let seconds = interval.whole_seconds().max(1).unsigned_abs();
    let most = u128::from(seconds) * u128::from(rate.max(1));
    u64::try_from((u128::from(connections) * 100).div_ceil(most)).unwrap_or(u64::MAX)
}

/// With a higher load, too little of the rate is left to catch up after an outage.
pub const HIGHEST_LOAD: u64 = 70;

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn scaled(span: Span, factor: f64) -> Span {
    Span((span.0 as f64 * factor) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_867_500_000_000);
    const NOW_S: i64 = 1_795_867_500;

    #[test]
    fn zero_and_nonsense_mean_a_day() {
        for expires_in in [
            None,
            Some(0),
            Some(-1),
            Some(1_000_000_000_000),
            Some(i64::MAX),
        ] {
            assert_eq!(
                expires_at(NOW, None, expires_in),
                NOW.plus(DOCUMENTED_LIFE),
                "{expires_in:?}"
            );
        }
    }

    #[test]
    fn the_plan_follows_the_life_that_tokens_have() {
        let due = |life: Span| {
            let at = next_check(NOW, NOW.plus(life), Span::hours(6), Span::hours(1), 0.0);
            at.since(NOW)
        };
        assert_eq!(due(Span::hours(24)), Span::hours(6));
        assert_eq!(due(Span::hours(3)), Span::hours(2));
        assert_eq!(due(Span::hours(1)), Span::minutes(30));
        assert_eq!(due(Span::seconds(60)), Span::seconds(30));
        assert_eq!(due(Span::seconds(20)), Span::seconds(10));
        assert_eq!(due(Span::seconds(3)), SHORTEST_INTERVAL);
    }

    #[test]
    fn seventy_percent_is_counted_to_the_last_connection() {
        let interval = Span::hours(6);
        assert_eq!(load_percent(302_400, interval, 20), HIGHEST_LOAD);
        assert_eq!(load_percent(302_401, interval, 20), HIGHEST_LOAD + 1);
        assert_eq!(load_percent(u64::MAX, Span(0), 0), u64::MAX);
        assert_eq!(load_percent(0, interval, 20), 0);
    }

    #[test]
    fn clocks_may_differ_a_little() {
        assert!(!from_the_future(NOW.plus(Span::minutes(10)), NOW));
        assert!(from_the_future(NOW.plus(Span::hours(1)), NOW));
    }

    #[test]
    fn the_tokens_own_word_comes_first() {
        let at = expires_at(NOW, Some(NOW_S + 600), Some(86_400));
        assert_eq!(at, NOW.plus(Span::seconds(600)));
        let stale = expires_at(NOW, Some(NOW_S - 600), Some(7_200));
        assert_eq!(
            stale,
            NOW.plus(Span::hours(2)),
            "a past exp is not believed"
        );
    }

    proptest! {
        #[test]
        fn a_token_always_ends_later_but_not_never(exp in any::<Option<i64>>(), expires_in in any::<Option<i64>>()) {
            let at = expires_at(NOW, exp, expires_in);
            prop_assert!(at > NOW && at.since(NOW) <= LONGEST_LIFE);
        }

        #[test]
        fn checks_come_within_the_interval_and_before_the_end(
            life in 120i64..100_000, interval in 60i64..100_000, needed in 0i64..600, jitter in 0.0..=1.0f64
        ) {
            let expires = NOW.plus(Span::seconds(life));
            let at = next_check(NOW, expires, Span::seconds(interval), Span::seconds(needed), jitter);
            prop_assert!(at >= NOW.plus(SHORTEST_INTERVAL));
            prop_assert!(at <= NOW.plus(Span::seconds(interval)));
            let left = Span::seconds(needed.min(life / 2));
            prop_assert!(at <= expires.minus(left).plus(Span::seconds(1)));
        }

        #[test]
        fn nothing_is_planned_later_than_the_latest(
            life in any::<i32>(), interval in 1i64..1_000_000, failures in any::<u32>(),
            asked in any::<Option<i64>>(), jitter in 0.0..=1.0f64
        ) {
            let interval = Span::seconds(interval);
            let expires = NOW.plus(Span::seconds(life.into()));
            let latest = latest_due(NOW, interval);
            prop_assert!(next_check(NOW, expires, interval, Span::hours(1), jitter) <= latest);
            prop_assert!(next_try(NOW, failures, interval, asked.map(Span), jitter) <= latest);
        }

        #[test]
        fn tries_never_stop_and_never_storm(failures in any::<u32>(), asked in any::<Option<i64>>(), jitter in 0.0..=1.0f64) {
            let at = next_try(NOW, failures, Span::hours(6), asked.map(Span), jitter);
            prop_assert!(at >= NOW.plus(Span::seconds(5)));
            prop_assert!(at <= NOW.plus(LONGEST_RETRY_AFTER));
        }
    }
}
