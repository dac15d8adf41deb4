//! Dates and lengths of time, as customers read them.

use crate::{
    time::{Span, Timestamp},
    zone::Zone,
};

/// Dates and lengths of time in one language. Seconds, minutes and hours are `s`, `min`
/// and `h` in all of them.
pub struct Times {
    /// The days of the week in short, Monday first.
    pub weekdays: [&'static str; 7],
    /// The months in short.
    pub months: [&'static str; 12],
    /// A date.
    pub date: fn(weekday: &str, day: u8, month: &str, year: i32) -> String,
    /// A zone's letters, where the language has its own.
    pub zone: fn(letters: &str) -> &str,
    /// So many days, after a preposition.
    pub days: fn(count: u64) -> String,
    /// Seconds ago at most.
    pub now: &'static str,
    /// In the past, by so much.
    pub ago: fn(span: &str) -> String,
    /// In the future, by so much.
    pub ahead: fn(span: &str) -> String,
}

impl Times {
    /// `Sun 29 Nov 2026, 15:05 CET`.
    pub fn absolute_in(&self, at: Timestamp, zone: Zone) -> String {
        let local = at.local(zone);
        let weekday = self.weekdays.get(local.weekday).copied().unwrap_or("");
        let month = self.months.get(local.month).copied().unwrap_or("");
        let date = (self.date)(weekday, local.day, month, local.year);
        let letters = (self.zone)(&local.zone);
        format!("{date}, {:02}:{:02} {letters}", local.hour, local.minute)
    }

    /// Seen from `now`: `3 min ago`, `in 2 days`, `just now`.
    pub fn relative(&self, at: Timestamp, now: Timestamp) -> String {
        let span = now.since(at);
        match span.0 {
            -4_999_999..=4_999_999 => self.now.to_owned(),
            5_000_000.. => (self.ago)(&self.span(span)),
            _ => (self.ahead)(&self.span(span)),
        }
    }

    /// A length, in its largest one or two units.
    fn span(&self, span: Span) -> String {
        span.words_with(self.days)
    }
}
