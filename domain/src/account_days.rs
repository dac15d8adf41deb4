//! Health of one connection over weeks, from the changes on its timeline.

use crate::{
    health::Health,
    health_days::{Days, Healthy},
    stop_cause::{comes_back, stops},
    time::{Span, Timestamp},
};

/// A change of the stored state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// When it changed.
    pub at: Timestamp,
    /// The state before.
    pub from: Health,
    /// The state after.
    pub to: Health,
    /// Why, in plain words; may be empty.
    pub cause: String,
}

/// A time at which it did not work, or not as well as before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// When it began.
    pub at: Timestamp,
    /// The state that it came into.
    pub health: Health,
    /// Why, in plain words; may be empty.
    pub cause: String,
    /// When it left that state; `None` if it has not.
    pub until: Option<Timestamp>,
}

/// What is known of a connection besides its changes.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The first instant of which all changes are known, for example when it was made.
    pub from: Timestamp,
    /// Its own state now.
    pub now: Health,
    /// Its stored state now.
    pub stored: Health,
    /// For each of the days, the share that Gorgias refused the app's credentials, and
    /// whether it did at all.
    pub faults: &'a [(bool, f64)],
}

/// Some days of one connection, until now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountDays {
    /// The first day, counted from 1970.
    pub first: i64,
    /// The worst state of each day, oldest first, today last; `None` for a day of which
    /// nothing is known.
    pub days: Vec<Option<Health>>,
    /// The first day that is known, if it is later than the first one.
    pub since: Option<i64>,
    /// The share of healthy time.
    pub healthy: Healthy,
    /// When it stopped, newest first.
    pub stops: Vec<Stop>,
    /// How long it took each time until it was connected again, ascending.
    pub reconnects: Vec<Span>,
}

impl AccountDays {
    /// The last days of a connection, from its changes, oldest first.
    pub fn of(changes: &[StateChange], known: Known<'_>, days: Days, now: Timestamp) -> Self {
        let today = now.day();
        let first = days.first(today);
        let mut history = Self {
            first,
            days: vec![None; usize::try_from(days.number()).unwrap_or_default()],
            ..Self::default()
        };
        let since = known.from.day();
        history.since = (since > first).then_some(since);
        let mut begun = known.from;
        let mut lost: Option<Timestamp> = None;
        let mut time = (0.0, 0.0);
        let begins = Timestamp::default().plus(Span::days(first));
        for (i, change) in changes.iter().enumerate() {
            // One that was offered and approved on the same day is no problem of that day.
            let offered = i == 0 && change.from == Health::NotConnected;
            if !(offered && begun.day() == change.at.day()) {
                history.show(change.from, begun, change.at);
            }
            history.spend(
                &mut time,
                change.from,
                (begun.max(begins), change.at),
                known,
            );
            if change.at >= begins {
                if stops(change.from, change.to) {
                    history.stops.push(Stop {
                        at: change.at,
                        health: change.to,
                        cause: change.cause.clone(),
                        until: changes.get(i + 1).map(|next| next.at),
                    });
                }
                if comes_back(change.from, change.to) {
                    let took = lost.map(|lost| change.at.since(lost));
                    history.reconnects.extend(took);
                }
            }
            lost = (change.to == Health::Disconnected).then_some(change.at);
            begun = change.at;
        }
        history.show(known.stored, begun, now);
        history.show(known.now, now, now);
        history.spend(&mut time, known.stored, (begun.max(begins), now), known);
        for (day, (faulty, _)) in history.days.iter_mut().zip(known.faults) {
            if *faulty {
                *day = day.map(|own| own.worse(Health::SetupFault));
            }
        }
        history.healthy = Healthy::of(time.0, time.1);
        history.stops.reverse();
        history.reconnects.sort_unstable();
        history
    }

    /// The same, with the last days as the connection's row has them where the timeline
    /// does not reach so far.
    #[must_use]
    pub fn or_known(mut self, last: &[Option<Health>]) -> Self {
        for (day, known) in self.days.iter_mut().rev().zip(last.iter().rev()) {
            *day = day.or(*known);
        }
        let unknown = self.days.iter().take_while(|day| day.is_none()).count();
        let since = self.first + i64::try_from(unknown).unwrap_or_default();
        self.since = (unknown > 0).then_some(since);
        self
    }

    /// The time within which this share of the reconnects, in percent, came.
    pub fn within(&self, percent: usize) -> Option<Span> {
        let wanted = (self.reconnects.len() * percent).div_ceil(100).max(1);
        self.reconnects.get(wanted - 1).copied()
    }

    /// It was in the state from an instant to another, on the days of both as well.
    fn show(&mut self, health: Health, from: Timestamp, to: Timestamp) {
        for day in from.day().max(self.first)..=to.day() {
            let slot = usize::try_from(day - self.first).unwrap_or(usize::MAX);
            if let Some(slot) = self.days.get_mut(slot) {
                *slot = Some(slot.map_or(health, |worst| worst.worse(health)));
            }
        }
    }

    /// Adds the time in a state, less what the app's fault took of each day.
    fn spend(
        &self,
        (working, connected): &mut (f64, f64),
        health: Health,
        (from, to): (Timestamp, Timestamp),
        known: Known<'_>,
    ) {
        if to <= from || health == Health::NotConnected {
            return;
        }
        *connected += to.since(from).0 as f64 / 1_000.0;
        if health != Health::Working {
            return;
        }
        for day in from.day()..=to.day() {
            let midnight = |day| Timestamp::default().plus(Span::days(day));
            let (begins, ends) = (from.max(midnight(day)), to.min(midnight(day + 1)));
            let slot = usize::try_from(day - self.first).unwrap_or(usize::MAX);
            let refused = known.faults.get(slot).map_or(0.0, |(_, share)| *share);
            *working += ends.since(begins).0.max(0) as f64 / 1_000.0 * (1.0 - refused);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sat 28 Nov 2026, 12:05 UTC.
    const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

    fn change(ago: Span, from: Health, to: Health) -> StateChange {
        StateChange {
            at: NOW.minus(ago),
            from,
            to,
            cause: "why".into(),
        }
    }

    fn known(from: Span, now: Health) -> Known<'static> {
        Known {
            from: NOW.minus(from),
            now,
            stored: now,
            faults: &[],
        }
    }

    #[test]
    fn days_hold_their_worst_state_and_time_is_exact() {
        let changes = [
            change(Span::days(10), Health::NotConnected, Health::Working),
            change(Span::days(4), Health::Working, Health::Disconnected),
            change(Span::days(2), Health::Disconnected, Health::Working),
        ];
        let known = known(Span::days(10), Health::Working);
        let history = AccountDays::of(&changes, known, Days::Fourteen, NOW);
        let letters: String = history
            .days
            .iter()
            .map(|day| day.map_or('.', Health::letter))
            .collect();
        assert_eq!(letters, "...WWWWWWDDDWW");
        assert_eq!(history.since, Some(NOW.day() - 10));
        let last = [Some(Health::Limited); 12];
        let longer = history.clone().or_known(&last);
        assert_eq!(
            longer.days[2..4],
            [Some(Health::Limited), Some(Health::Working)]
        );
        assert_eq!(longer.since, Some(NOW.day() - 11));
        assert_eq!(history.healthy.permille(), Some(800));
        assert_eq!(history.reconnects, [Span::days(2)]);
        assert_eq!(history.within(50), Some(Span::days(2)));
        let [stop] = &history.stops[..] else {
            panic!("{:?}", history.stops);
        };
        assert_eq!(stop.health, Health::Disconnected);
        assert_eq!(stop.until, Some(NOW.minus(Span::days(2))));
    }

    #[test]
    fn what_was_before_the_days_counts_only_as_a_state() {
        let changes = [
            change(Span::days(60), Health::NotConnected, Health::Working),
            change(Span::days(40), Health::Working, Health::Disconnected),
            change(Span::days(7), Health::Disconnected, Health::Limited),
        ];
        let known = known(Span::days(70), Health::Limited);
        let history = AccountDays::of(&changes, known, Days::Fourteen, NOW);
        assert_eq!((history.since, history.stops.len()), (None, 0));
        assert_eq!(history.days.first(), Some(&Some(Health::Disconnected)));
        assert_eq!(history.healthy.permille(), Some(0));
        assert_eq!(history.reconnects, [Span::days(33)]);
    }

    #[test]
    fn a_fault_of_the_app_lies_over_its_days() {
        let mut faults = [(false, 0.0); 14];
        faults[11] = (true, 1.0);
        faults[12] = (true, 0.5);
        let known = Known {
            faults: &faults,
            ..known(Span::days(3), Health::Working)
        };
        let history = AccountDays::of(&[], known, Days::Fourteen, NOW);
        assert_eq!(history.days[10], Some(Health::Working));
        assert_eq!(history.days[11..13], [Some(Health::SetupFault); 2]);
        assert_eq!(history.healthy.permille(), Some(500));
    }
}
