//! Fourteen days of health, one state a day, short enough for a column of the
//! connection's row.

use crate::health::Health;

/// How many days a history shows.
pub const DAYS: usize = 14;

/// The worst state of each of the last fourteen days (UTC), today last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthHistory {
    last_day: i64,
    days: [Option<Health>; DAYS],
}

impl HealthHistory {
    /// A history without states, whose last day is `day` (days since 1970).
    pub const fn empty(day: i64) -> Self {
        Self {
            last_day: day,
            days: [None; DAYS],
        }
    }

    /// A history with these states, the last of which is that of `last_day`.
    pub const fn of(last_day: i64, days: [Option<Health>; DAYS]) -> Self {
        Self { last_day, days }
    }

    /// Reads what [`Self::encode`] wrote; an unreadable letter is a day without a state.
    pub fn decode(last_day: i64, text: &str) -> Self {
        let mut history = Self::empty(last_day);
        for (slot, letter) in history.days.iter_mut().zip(text.chars()) {
            *slot = Health::ALL.into_iter().find(|h| h.letter() == letter);
        }
        history
    }

    /// The history as fourteen letters.
    pub fn encode(&self) -> String {
        let letters = self.days.iter();
        letters.map(|day| day.map_or('.', Health::letter)).collect()
    }

    /// The day of the newest slot.
    pub const fn last_day(&self) -> i64 {
        self.last_day
    }

    /// The states, oldest first; `None` for a day without one.
    pub const fn days(&self) -> &[Option<Health>; DAYS] {
        &self.days
    }

    /// The history moved to `day`: the days since the last change have the state `current`.
    #[must_use]
    pub fn on(mut self, day: i64, current: Health) -> Self {
        let gone = day.saturating_sub(self.last_day);
        for _ in 0..gone.clamp(0, 14) {
            self.days.rotate_left(1);
            if let Some(last) = self.days.last_mut() {
                *last = Some(current);
            }
        }
        self.last_day = self.last_day.max(day);
        self
    }

    /// Records that the state changed from `before` to `after` on `day`.
    #[must_use]
    pub fn record(self, day: i64, before: Option<Health>, after: Health) -> Self {
        let mut history = self.on(day, before.unwrap_or(after));
        if let Some(last) = history.days.last_mut() {
            *last = Some(last.map_or(after, |worst| worst.worse(after)));
        }
        history
    }

    /// The history of a connection while its app has a state of its own, from
    /// `day` on: each day shows the worse of the two states.
    #[must_use]
    pub fn beneath(mut self, day: i64, state: Health) -> Self {
        let shown = self.last_day.saturating_sub(day).saturating_add(1);
        let shown = usize::try_from(shown).unwrap_or_default().min(DAYS);
        for slot in self.days.iter_mut().rev().take(shown) {
            *slot = slot.map(|own| own.worse(state));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_keeps_its_worst_state() {
        let history = HealthHistory::empty(100)
            .record(100, None, Health::Working)
            .record(100, Some(Health::Working), Health::Disconnected)
            .record(100, Some(Health::Disconnected), Health::Working);
        assert_eq!(history.encode(), ".............D");
    }

    #[test]
    fn days_of_a_setup_fault_are_not_green() {
        let history = HealthHistory::decode(100, "......WWWWWDWW");
        let beneath = |day| history.beneath(day, Health::SetupFault).encode();
        assert_eq!(beneath(98), "......WWWWWSSS");
        assert_eq!(beneath(100), "......WWWWWDWS");
        assert_eq!(beneath(10), "......SSSSSSSS");
        assert_eq!(beneath(i64::MIN), "......SSSSSSSS");
        assert_eq!(beneath(101), history.encode());
    }

    #[test]
    fn quiet_days_carry_on_what_was() {
        let history = HealthHistory::empty(100).record(100, None, Health::Working);
        assert_eq!(history.on(103, Health::Working).encode(), "..........WWWW");
        let history = history.record(102, Some(Health::Working), Health::Disconnected);
        assert_eq!(history.encode(), "...........WWD");
        assert_eq!(
            history.on(9_999, Health::Disconnected).encode(),
            "DDDDDDDDDDDDDD"
        );
    }

    proptest! {
        #[test]
        fn letters_round_trip(text in "[.SNDTURLW]{14}", day in any::<i64>()) {
            prop_assert_eq!(HealthHistory::decode(day, &text).encode(), text);
        }

        #[test]
        fn odd_text_and_days_do_not_panic(text in ".{0,20}", a in any::<i64>(), b in any::<i64>()) {
            let history = HealthHistory::decode(a, &text).record(b, None, Health::Working);
            prop_assert_eq!(history.days().len(), DAYS);
        }
    }
}
