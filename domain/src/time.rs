//! Instants and how people read them.

use crate::{customer::Language, zone::Zone};
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// An instant: microseconds since 1970-01-01T00:00:00Z. Databases hold the same integer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
pub struct Timestamp(pub i64);

/// A length of time in microseconds; may be negative.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
pub struct Span(pub i64);

/// Date and time of day in a zone.
pub(crate) struct Local {
    /// Monday is 0.
    pub weekday: usize,
    pub day: u8,
    /// January is 0.
    pub month: usize,
    pub year: i32,
    pub hour: u8,
    pub minute: u8,
    /// How the zone is called then.
    pub zone: String,
}

impl Span {
    /// A span of `n` seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n.saturating_mul(1_000_000))
    }

    /// A span of `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n.saturating_mul(60))
    }

    /// A span of `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n.saturating_mul(60))
    }

    /// A span of `n` days of 24 hours.
    pub const fn days(n: i64) -> Self {
        Self::hours(n.saturating_mul(24))
    }

    /// Whole seconds, rounded towards zero.
    pub const fn whole_seconds(self) -> i64 {
        self.0 / 1_000_000
    }

    /// Up to whole seconds, and from a minute on to whole minutes, so that
    /// [`Span::words`] never says too little.
    #[must_use]
    pub const fn rounded_up(self) -> Self {
        let unit = if self.0 < 60_000_000 {
            1_000_000
        } else {
            60_000_000
        };
        Self((self.0.saturating_add(unit - 1)) / unit * unit)
    }

    /// The length in words, in its largest one or two units: `45 s`, `12 min`,
    /// `3 h 5 min`, `2 days`.
    pub fn words(self) -> String {
        self.words_with(|n| format!("{n} {}", if n == 1 { "day" } else { "days" }))
    }

    /// The same in another language, which says so many days in its own way.
    pub(crate) fn words_with(self, days: impl Fn(u64) -> String) -> String {
        let s = self.0.unsigned_abs() / 1_000_000;
        match s {
            0..60 => format!("{s} s"),
            60..3_600 => format!("{} min", s / 60),
            3_600..86_400 if s % 3_600 < 60 => format!("{} h", s / 3_600),
            3_600..86_400 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
            86_400..172_800 if s % 86_400 >= 3_600 => {
                format!("{} {} h", days(1), s % 86_400 / 3_600)
            }
            _ => days(s / 86_400),
        }
    }
}

impl Timestamp {
    /// The instant later by `span`.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The instant earlier by `span`.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// How long from `earlier` to this instant; negative if it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// From whole seconds since 1970 (JWT `exp`, RFC 7519 4.1.4).
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// The day in UTC, counted from 1970-01-01.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// The first instant in UTC of a day written `2026-11-29`; `None` if there is no such day.
    pub fn of_day(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
        let date =
            time::Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
        Some(Self::from_unix_seconds(
            date.midnight().assume_utc().unix_timestamp(),
        ))
    }

    /// The first instant of a day in a zone. Where the clock goes forward at
    /// midnight, the day begins at one.
    pub fn of_day_in(text: &str, zone: Zone) -> Option<Self> {
        Some(Self::of_day(text)?.civil_in(zone))
    }

    /// The first instant after a day in a zone.
    pub fn after_day_in(text: &str, zone: Zone) -> Option<Self> {
        Some(Self::of_day(text)?.plus(Span::days(1)).civil_in(zone))
    }

    /// The day in a zone, counted from 1970-01-01.
    pub fn day_in(self, zone: Zone) -> i64 {
        let ahead = Span::seconds(zone.offset(self).seconds.into());
        self.plus(ahead).day()
    }

    /// An hour of a day, counted from 1970-01-01, in a zone.
    pub fn of_hour_in(day: i64, hour: i64, zone: Zone) -> Self {
        let civil = day.saturating_mul(86_400).saturating_add(hour * 3_600);
        Self::from_unix_seconds(civil).civil_in(zone)
    }

    /// Midnight in UTC becomes midnight in the zone, and so does each other hour.
    fn civil_in(self, zone: Zone) -> Self {
        let back = |at: Self| Span::seconds(zone.offset(at).seconds.into());
        let first = self.minus(back(self.minus(back(self))));
        // The offset that was taken may be that of the other side of a change.
        self.minus(back(first))
    }

    /// For people: `Sun 29 Nov 2026, 14:05 UTC`. The weekday helps with deadlines.
    pub fn absolute(self) -> String {
        self.absolute_in(Zone::UTC)
    }

    /// For people, in their zone: `Sun 29 Nov 2026, 15:05 CET`.
    pub fn absolute_in(self, zone: Zone) -> String {
        Language::English.sentences().times.absolute_in(self, zone)
    }

    /// Date and time of day in a zone.
    pub(crate) fn local(self, zone: Zone) -> Local {
        let offset = zone.offset(self);
        let t = self.plus(Span::seconds(offset.seconds.into())).civil();
        Local {
            weekday: t.weekday().number_days_from_monday().into(),
            day: t.day(),
            month: usize::from(u8::from(t.month())) - 1,
            year: t.year(),
            hour: t.hour(),
            minute: t.minute(),
            zone: offset.name,
        }
    }

    /// For people, the day alone: `Sun 29 Nov`.
    pub fn short_day(self) -> String {
        let t = self.civil();
        format!(
            "{} {} {}",
            &t.weekday().to_string()[..3],
            t.day(),
            &t.month().to_string()[..3]
        )
    }

    /// For people, seen from `now`: `3 min ago`, `in 2 days`, `just now`.
    pub fn relative(self, now: Self) -> String {
        let span = now.since(self);
        match span.0 {
            -4_999_999..=4_999_999 => "just now".into(),
            5_000_000.. => format!("{} ago", span.words()),
            _ => format!("in {}", span.words()),
        }
    }

    /// For machines: RFC 3339 in UTC with whole seconds, `2026-11-29T14:05:00Z`.
    pub fn rfc3339(self) -> String {
        let t = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// From what machines write: RFC 3339 with any offset, `2026-11-29T15:05:00+01:00`.
    /// Parts of a second are left out. `None` if it isn't one.
    pub fn of_rfc3339(text: &str) -> Option<Self> {
        let (day, rest) = text.split_at_checked(10)?;
        let (clock, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
        let number = |text: &str, most: i64| -> Option<i64> {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            let number = text.parse().ok().filter(|_| digits);
            number.filter(|number| *number <= most)
        };
        let mut parts = clock.splitn(3, ':');
        let (hours, minutes) = (number(parts.next()?, 23)?, number(parts.next()?, 59)?);
        let seconds = number(parts.next()?, 59)?;
        let offset = match rest.strip_prefix('.') {
            Some(part) => {
                let offset = part.trim_start_matches(|c: char| c.is_ascii_digit());
                (offset.len() < part.len()).then_some(offset)?
            }
            None => rest,
        };
        let ahead = match (offset, offset.split_at_checked(1)) {
            ("Z" | "z", _) => 0,
            (_, Some((sign @ ("+" | "-"), offset))) => {
                let (hours, minutes) = offset.split_once(':')?;
                let ahead = number(hours, 23)? * 3_600 + number(minutes, 59)? * 60;
                if sign == "+" { ahead } else { -ahead }
            }
            _ => return None,
        };
        let into_day = Span::seconds(hours * 3_600 + minutes * 60 + seconds - ahead);
        Some(Self::of_day(day)?.plus(into_day))
    }

    fn civil(self) -> OffsetDateTime {
        // Outside the years ±9999 no date can be shown; the epoch is shown instead.
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.absolute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_867_500_000_000); // Sat 28 Nov 2026

    #[test]
    fn a_wait_is_never_said_too_short() {
        for (span, words) in [
            (Span(1), "1 s"),
            (Span::seconds(30), "30 s"),
            (Span(59_000_001), "1 min"),
            (Span::seconds(90), "2 min"),
            (Span::minutes(15), "15 min"),
        ] {
            assert_eq!(span.rounded_up().words(), words);
        }
    }

    #[test]
    fn instants_of_machines_are_read() {
        let read = |text| Timestamp::of_rfc3339(text).map(Timestamp::rfc3339);
        for (text, same) in [
            ("2026-11-29T14:05:00Z", "2026-11-29T14:05:00Z"),
            ("2026-11-29T15:05:00+01:00", "2026-11-29T14:05:00Z"),
            ("2026-11-28T23:05:09.25-03:30", "2026-11-29T02:35:09Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(same), "{text}");
        }
        for none in [
            "",
            "2026-11-29",
            "2026-11-29T14:05:00",
            "2026-11-29 14:05:00Z",
            "2026-11-29T24:05:00Z",
            "2026-02-30T14:05:00Z",
            "2026-11-29T14:05:00.Z",
            "2026-11-29T14:05:00+1:00",
            "2026-11-29T+4:05:00Z",
            "2026-11-2äT14:05:00Z",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn days_begin_at_midnight_utc() {
        let day = Timestamp::of_day("2026-11-29").map(Timestamp::rfc3339);
        assert_eq!(day.as_deref(), Some("2026-11-29T00:00:00Z"));
        for none in [
            "",
            "2026-02-30",
            "2026-13-01",
            "26-1-1",
            "2026-11-29T00",
            "-026-11-29",
        ] {
            assert_eq!(Timestamp::of_day(none), None, "{none}");
        }
    }

    #[test]
    fn instants_read_well() {
        assert_eq!(NOON.rfc3339(), "2026-11-28T12:05:00Z");
        assert_eq!(NOON.absolute(), "Sat 28 Nov 2026, 12:05 UTC");
        assert_eq!(NOON.short_day(), "Sat 28 Nov");
        assert_eq!(NOON.minus(Span::minutes(3)).relative(NOON), "3 min ago");
        assert_eq!(NOON.plus(Span::days(2)).relative(NOON), "in 2 days");
        assert_eq!(NOON.relative(NOON), "just now");
    }

    #[test]
    fn spans_read_well() {
        for (span, words) in [
            (Span::seconds(45), "45 s"),
            (Span::minutes(12), "12 min"),
            (Span::hours(3), "3 h"),
            (Span::minutes(185), "3 h 5 min"),
            (Span::hours(26), "1 day 2 h"),
            (Span::days(9), "9 days"),
        ] {
            assert_eq!(span.words(), words);
        }
    }

    #[test]
    fn extremes_do_not_panic() {
        for t in [i64::MIN, -1, 0, i64::MAX] {
            assert!(!Timestamp(t).absolute().is_empty());
            assert!(
                !Timestamp(t)
                    .plus(Span(i64::MAX))
                    .relative(Timestamp(i64::MIN))
                    .is_empty()
            );
        }
    }
}
