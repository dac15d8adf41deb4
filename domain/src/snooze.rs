//! Snoozing: an account that needs somebody is put off, until a time or until its state
//! changes.

use crate::{
    health::Health,
    time::{Span, Timestamp},
    zone::Zone,
};
use std::str::FromStr;

/// The longest reason, in letters.
pub const LONGEST_REASON: usize = 200;
/// How far away the end may be.
pub const LONGEST: Span = Span::days(366);
/// The hour at which an account comes back on a day that somebody chose.
const MORNING: i64 = 9;

/// Until when an account is snoozed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until its stored state changes, whatever to.
    NextChange,
    /// Until an instant, or until its state gets worse.
    At(Timestamp),
}

impl Until {
    /// The instant, if it is one.
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::NextChange => None,
            Self::At(at) => Some(at),
        }
    }
}

impl From<Option<Timestamp>> for Until {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::NextChange, Self::At)
    }
}

/// What people choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Until it changes.
    NextChange,
    /// For an hour.
    Hour,
    /// Until nine o'clock of the next day.
    Tomorrow,
    /// Until nine o'clock of the day in a week.
    Week,
    /// Until nine o'clock of a day.
    Day,
}

/// The text names no choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("choose until when")]
pub struct NotAChoice;

impl Choice {
    /// All of them, in their order on pages.
    pub const ALL: [Self; 5] = [
        Self::NextChange,
        Self::Hour,
        Self::Tomorrow,
        Self::Week,
        Self::Day,
    ];

    /// The code in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NextChange => "change",
            Self::Hour => "hour",
            Self::Tomorrow => "tomorrow",
            Self::Week => "week",
            Self::Day => "day",
        }
    }

    /// The end, seen from `now` in the tenant's zone; `day` is written `2026-11-29`.
    /// `None` if it is no day.
    pub fn until(self, day: &str, now: Timestamp, zone: Zone) -> Option<Until> {
        let in_days = |days| Timestamp::of_hour_in(now.day_in(zone) + days, MORNING, zone);
        Some(match self {
            Self::NextChange => Until::NextChange,
            Self::Hour => Until::At(now.plus(Span::hours(1))),
            Self::Tomorrow => Until::At(in_days(1)),
            Self::Week => Until::At(in_days(7)),
            Self::Day => {
                let day = Timestamp::of_day(day)?.day();
                Until::At(Timestamp::of_hour_in(day, MORNING, zone))
            }
        })
    }
}

impl FromStr for Choice {
    type Err = NotAChoice;

    fn from_str(code: &str) -> Result<Self, NotAChoice> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.code() == code)
            .ok_or(NotAChoice)
    }
}

/// Whether an account can be snoozed in this stored state: where nobody has to do or to
/// wait for anything, there is nothing to put off.
pub const fn can_be_snoozed(stored: Health) -> bool {
    !matches!(stored, Health::Working | Health::NotConnected)
}

/// Whether a snooze that began in a stored state ends as the account gets another one.
/// Triggers in the database hold the same rule; a test compares the two.
///
/// One until an instant also ends where nothing is left to put off. It stays while Gorgias
/// is down ([`Health::Retrying`]): else an outage would wake all accounts at once.
pub fn ends(until: Until, began_in: Health, now_in: Health) -> bool {
    match until {
        Until::NextChange => true,
        Until::At(_) if !can_be_snoozed(now_in) => true,
        Until::At(_) => now_in != Health::Retrying && now_in.severity() < began_in.severity(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sat 28 Nov 2026, 12:05 UTC
    const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

    #[test]
    fn what_people_choose_is_an_instant_in_their_zone() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap_or_default();
        let until = |choice: Choice, day| choice.until(day, NOW, Zone::UTC);
        assert_eq!(until(Choice::NextChange, ""), Some(Until::NextChange));
        let at = |choice: Choice, day| {
            let until = until(choice, day).and_then(Until::at);
            until.map(Timestamp::rfc3339).unwrap_or_default()
        };
        assert_eq!(at(Choice::Hour, ""), "2026-11-28T13:05:00Z");
        assert_eq!(at(Choice::Tomorrow, ""), "2026-11-29T09:00:00Z");
        assert_eq!(at(Choice::Week, ""), "2026-12-05T09:00:00Z");
        assert_eq!(at(Choice::Day, "2026-12-24"), "2026-12-24T09:00:00Z");
        for none in ["", "2026-02-30", "soon"] {
            assert_eq!(until(Choice::Day, none), None, "{none}");
        }
        let there = Choice::Tomorrow.until("", NOW, berlin).and_then(Until::at);
        let hours = if berlin == Zone::UTC { 9 } else { 8 };
        let expected = Timestamp::of_day("2026-11-29")
            .unwrap()
            .plus(Span::hours(hours));
        assert_eq!(there, Some(expected));
    }

    #[test]
    fn choices_have_codes() {
        for choice in Choice::ALL {
            assert_eq!(choice.code().parse(), Ok(choice));
        }
        assert_eq!("never".parse::<Choice>(), Err(NotAChoice));
    }

    #[test]
    fn until_an_instant_only_what_is_worse_or_done_ends_it() {
        use Health::{Disconnected, Limited, NotConnected, Retrying, StoppingSoon, Working};
        let at = Until::At(NOW);
        for (began, now, end) in [
            (Limited, Disconnected, true),
            (Limited, StoppingSoon, true),
            (Limited, Retrying, false),
            (Disconnected, Retrying, false),
            (Disconnected, Limited, false),
            (Retrying, Disconnected, true),
            (Retrying, Limited, false),
            (Disconnected, Working, true),
            (Disconnected, NotConnected, true),
            (Disconnected, Disconnected, false),
        ] {
            assert_eq!(ends(at, began, now), end, "{began:?} → {now:?}");
            assert!(ends(Until::NextChange, began, now));
        }
        assert!(can_be_snoozed(Retrying) && !can_be_snoozed(NotConnected));
    }
}
