//! Health over weeks, from the changes of each day added up (ADR 39).
//!
//! A day is a day in UTC. What is added up of a day is how many connections more or fewer
//! were in a state at its end than at its beginning, and the sum of the instants at which
//! they changed, so that the time that all of them spent in a state follows.

use crate::{
    health::Health,
    reconnect::Reconnects,
    stop_cause::StopCause,
    time::{Span, Timestamp},
};
use std::collections::BTreeMap;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// How many days a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Days {
    /// Two weeks.
    Fourteen,
    /// A month.
    #[default]
    Thirty,
    /// A quarter of a year.
    Ninety,
}

/// The text names no number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("14, 30 or 90 days can be shown")]
pub struct NotDays;

impl Days {
    /// All that can be chosen, shortest first.
    pub const ALL: [Self; 3] = [Self::Fourteen, Self::Thirty, Self::Ninety];

    /// How many.
    pub const fn number(self) -> i64 {
        match self {
            Self::Fourteen => 14,
            Self::Thirty => 30,
            Self::Ninety => 90,
        }
    }

    /// The first of the days that end with `today` (counted from 1970).
    pub const fn first(self, today: i64) -> i64 {
        today.saturating_sub(self.number() - 1)
    }
}

impl std::str::FromStr for Days {
    type Err = NotDays;

    fn from_str(text: &str) -> Result<Self, NotDays> {
        let all = Self::ALL.into_iter();
        let mut fits = all.filter(|days| days.number().to_string() == text);
        fits.next().ok_or(NotDays)
    }
}

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Connections in a stored state.
    State(Health),
    /// Connections whose worst state of the day it is, beyond those that were in it when
    /// the day began.
    Worst(Health),
    /// Whether Gorgias refuses the app's credentials: 1 or 0.
    Fault,
    /// Connections that stopped.
    Cause(StopCause),
    /// Connections that worked again, with the upper end of the range of times, in minutes.
    Back(u32),
}

impl Kind {
    /// Reads a kind and its key from the database; `None` if it isn't known.
    pub fn decode(kind: &str, key: &str) -> Option<Self> {
        Some(match kind {
            "state" => Self::State(key.parse().ok()?),
            "worst" => Self::Worst(key.parse().ok()?),
            "fault" => Self::Fault,
            "cause" => Self::Cause(key.parse().ok()?),
            "back" => Self::Back(key.parse().ok()?),
            _ => return None,
        })
    }
}

/// A sum of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// The day, counted from 1970; 0 for all days before those that are kept.
    pub day: i64,
    /// What of.
    pub kind: Kind,
    /// How many more.
    pub n: i64,
    /// The sum of the instants, in milliseconds since the day began, less those of
    /// changes the other way.
    pub moment: i64,
}

/// A day of an app, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayCounts {
    /// By severity: each connection once, in its worst state of the day.
    counts: [u64; Health::ALL.len()],
}

impl DayCounts {
    /// How many connections had this as their worst state of the day.
    pub fn get(&self, health: Health) -> u64 {
        let slot = self.counts.get(usize::from(health.severity()));
        slot.copied().unwrap_or_default()
    }

    /// How many connections there were.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn add(&mut self, health: Health, n: u64) {
        if let Some(slot) = self.counts.get_mut(usize::from(health.severity())) {
            *slot = slot.saturating_add(n);
        }
    }

    /// The same connections, in the state of their app.
    fn beneath(self, state: Health) -> Self {
        let mut all = Self::default();
        all.add(state, self.total());
        all
    }
}

/// The time that connections spent working, of the time that they were connected, both in
/// milliseconds of all connections together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Healthy {
    working: f64,
    connected: f64,
}

impl Healthy {
    /// Of `connected` milliseconds, it worked for so many.
    pub const fn of(working: f64, connected: f64) -> Self {
        Self { working, connected }
    }

    /// In tenths of a percent, rounded down, so that 100 % means that nothing stopped;
    /// `None` if nothing was connected.
    pub fn permille(self) -> Option<u16> {
        if self.connected < 1.0 {
            return None;
        }
        // Times are whole milliseconds; without this, 0.999…9 of them could be lost.
        let share = (self.working / self.connected).clamp(0.0, 1.0);
        Some(((share * 1_000.0) + 1e-6).floor().min(1_000.0) as u16)
    }

    fn add(&mut self, other: Self) {
        self.working += other.working;
        self.connected += other.connected;
    }
}

/// Some days of an app, or of several, until now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HealthDays {
    /// The first day, counted from 1970.
    pub first: i64,
    /// The days, oldest first; today is the last one.
    pub days: Vec<DayCounts>,
    /// For each of the days of one app, whether Gorgias refused its credentials, and for
    /// which share of the day, 0 to 1. Of several apps there is none.
    pub faults: Vec<(bool, f64)>,
    /// The first day that anything is known of, if it is later than the first one asked for.
    pub since: Option<i64>,
    /// The share of healthy time.
    pub healthy: Healthy,
    /// Why connections stopped, the most frequent first.
    pub causes: Vec<(StopCause, u64)>,
    /// How long it took until disconnected ones worked again.
    pub reconnects: Reconnects,
}

/// A number of connections and the sum of the instants at which it changed.
#[derive(Debug, Clone, Copy, Default)]
struct Moved {
    n: i64,
    moment: i64,
}

impl HealthDays {
    /// Adds up what is known of one app, over `days` until `now`.
    pub fn of_app(sums: &[Sum], days: Days, now: Timestamp) -> Self {
        let today = now.day();
        let first = days.first(today);
        let mut running: BTreeMap<Kind, i64> = BTreeMap::new();
        let mut moved: BTreeMap<(i64, Kind), Moved> = BTreeMap::new();
        let mut earliest: Option<i64> = None;
        let mut history = Self {
            first,
            ..Self::default()
        };
        let mut causes: BTreeMap<StopCause, i64> = BTreeMap::new();
        for sum in sums {
            if matches!(sum.kind, Kind::State(_)) {
                earliest = Some(earliest.map_or(sum.day, |day| day.min(sum.day)));
            }
            match sum.kind {
                Kind::State(_) | Kind::Fault if sum.day < first => {
                    *running.entry(sum.kind).or_default() += sum.n;
                }
                Kind::State(_) | Kind::Fault | Kind::Worst(_) if sum.day >= first => {
                    // A clock that is ahead has changes of tomorrow; they are today's.
                    let at = moved.entry((sum.day.min(today), sum.kind)).or_default();
                    at.n += sum.n;
                    at.moment += sum.moment;
                }
                Kind::Cause(cause) if sum.day >= first => {
                    // A refusal that is taken back counts the other way.
                    *causes.entry(cause).or_default() += sum.n;
                }
                Kind::Back(end) if sum.day >= first => history.reconnects.add(end, count(sum.n)),
                _ => (),
            }
        }
        history.since = earliest.filter(|day| *day > first);
        let causes = causes.into_iter().map(|(cause, n)| (cause, count(n)));
        history.causes = sorted(causes.collect());
        for day in first..=today {
            history.push(day, now, &mut running, &moved);
        }
        history
    }

    /// Adds a day, and brings `running` to its end.
    fn push(
        &mut self,
        day: i64,
        now: Timestamp,
        running: &mut BTreeMap<Kind, i64>,
        moved: &BTreeMap<(i64, Kind), Moved>,
    ) {
        let begins = Span::days(day).0 / 1_000;
        let length = (now.0.div_euclid(1_000) - begins).clamp(0, DAY);
        let of = |kind| moved.get(&(day, kind));
        let mut counts = DayCounts::default();
        let mut spent = Healthy::default();
        // The fault first: it lies over the states.
        let fault = running.get(&Kind::Fault).copied().unwrap_or_default();
        let faulty = fault > 0 || of(Kind::Fault).is_some();
        let refused = time_in(fault, of(Kind::Fault), length);
        let refused = if length == 0 {
            f64::from(u8::from(fault > 0))
        } else {
            (refused / length as f64).clamp(0.0, 1.0)
        };
        for health in Health::ALL {
            let at_first = running
                .get(&Kind::State(health))
                .copied()
                .unwrap_or_default();
            let worst = of(Kind::Worst(health)).map_or(0, |worst| worst.n);
            counts.add(health, count(at_first + worst));
            let time = time_in(at_first, of(Kind::State(health)), length);
            if health != Health::NotConnected {
                spent.connected += time;
            }
            if health == Health::Working {
                // Within the day, a fault is taken to meet all connections alike.
                spent.working += time * (1.0 - refused);
            }
        }
        for kind in Health::ALL
            .map(Kind::State)
            .into_iter()
            .chain([Kind::Fault])
        {
            if let Some(change) = of(kind) {
                *running.entry(kind).or_default() += change.n;
            }
        }
        self.healthy.add(spent);
        self.faults.push((faulty, refused));
        self.days.push(match faulty {
            true => counts.beneath(Health::SetupFault),
            false => counts,
        });
    }

    /// All of these apps together, over the same days.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        let mut causes: BTreeMap<StopCause, u64> = BTreeMap::new();
        let mut known: Option<Option<i64>> = None;
        for app in all {
            sum.first = app.first;
            sum.days.resize_with(app.days.len(), DayCounts::default);
            for (day, more) in sum.days.iter_mut().zip(&app.days) {
                for health in Health::ALL {
                    day.add(health, more.get(health));
                }
            }
            sum.healthy.add(app.healthy);
            for (cause, n) in &app.causes {
                *causes.entry(*cause).or_default() += n;
            }
            for (end, n) in app.reconnects.ranges() {
                sum.reconnects.add(end, n);
            }
            if !app.is_empty() {
                // `None`, all days are known, is the earliest.
                known = Some(known.map_or(app.since, |since| since.min(app.since)));
            }
        }
        sum.since = known.flatten();
        sum.causes = sorted(causes);
        sum
    }

    /// Whether there was no connection at all.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.total() == 0)
    }

    /// The days that are known, oldest first: an instant of each, and its counts.
    pub fn known(&self) -> impl Iterator<Item = (Timestamp, DayCounts)> {
        let since = self.since.unwrap_or(self.first);
        let days = (self.first..).zip(&self.days);
        days.filter(move |(day, _)| *day >= since)
            .map(|(day, counts)| (Timestamp::default().plus(Span::days(day)), *counts))
    }
}

/// The time that connections spent in a state within a day: all of it for those that were
/// in it when the day began, and the rest of the day for each that came.
fn time_in(at_first: i64, moved: Option<&Moved>, length: i64) -> f64 {
    let moved = moved.copied().unwrap_or_default();
    let all = (at_first.saturating_add(moved.n)).saturating_mul(length);
    all.saturating_sub(moved.moment).max(0) as f64
}

/// Never less than none: a process of the version before, or a clock that jumped, may
/// have left a change out.
fn count(n: i64) -> u64 {
    n.max(0).unsigned_abs()
}

fn sorted(causes: BTreeMap<StopCause, u64>) -> Vec<(StopCause, u64)> {
    let mut causes: Vec<_> = causes.into_iter().filter(|(_, n)| *n > 0).collect();
    causes.sort_by_key(|(cause, n)| (std::cmp::Reverse(*n), *cause));
    causes
}

#[cfg(test)]
#[path = "health_days_tests.rs"]
mod tests;
