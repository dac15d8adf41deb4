use super::*;
use proptest::prelude::*;

/// Midnight of Sat 28 Nov 2026.
const TODAY: i64 = 20_785;

fn at(day: i64, ms: i64) -> Timestamp {
    Timestamp((day * DAY + ms) * 1_000)
}

fn sum(day: i64, kind: Kind, n: i64, moment: i64) -> Sum {
    Sum {
        day,
        kind,
        n,
        moment,
    }
}

fn state(health: Health) -> Kind {
    Kind::State(health)
}

#[test]
fn only_some_numbers_of_days_can_be_chosen() {
    for days in Days::ALL {
        assert_eq!(days.number().to_string().parse(), Ok(days));
    }
    for bad in ["", "15", "+30", "030", "-1"] {
        assert_eq!(bad.parse::<Days>(), Err(NotDays), "{bad}");
    }
    assert_eq!(Days::Fourteen.first(20), 7);
}

#[test]
fn nothing_known_is_empty() {
    let none = HealthDays::of_app(&[], Days::Thirty, at(TODAY, 5));
    assert!(none.is_empty());
    assert_eq!(none.days.len(), 30);
    assert_eq!((none.since, none.healthy.permille()), (None, None));
    assert!(HealthDays::sum([]).is_empty());
}

#[test]
fn counts_of_a_day_follow_from_the_days_before() {
    let sums = [
        // Before the days that are kept: three Working.
        sum(0, state(Health::Working), 3, 0),
        // One lost at six in the morning, back at noon.
        sum(TODAY - 2, state(Health::Working), 0, DAY / 2 - DAY / 4),
        sum(TODAY - 2, state(Health::Disconnected), 0, DAY / 4 - DAY / 2),
        sum(TODAY - 2, Kind::Worst(Health::Working), -1, 0),
        sum(TODAY - 2, Kind::Worst(Health::Disconnected), 1, 0),
        sum(TODAY - 2, Kind::Cause(StopCause::Refused), 1, 0),
        sum(TODAY - 2, Kind::Back(480), 1, 0),
        // Another is made today at noon.
        sum(TODAY, state(Health::Working), 1, DAY / 2),
        sum(TODAY, Kind::Worst(Health::Working), 1, 0),
    ];
    let history = HealthDays::of_app(&sums, Days::Fourteen, at(TODAY, DAY / 2));
    assert_eq!((history.first, history.since), (TODAY - 13, None));
    let of = |day: usize, health| history.days[day].get(health);
    assert_eq!(of(0, Health::Working), 3);
    assert_eq!(
        (of(11, Health::Working), of(11, Health::Disconnected)),
        (2, 1)
    );
    assert_eq!(
        (of(12, Health::Working), of(12, Health::Disconnected)),
        (3, 0)
    );
    assert_eq!(of(13, Health::Working), 4);
    assert_eq!(history.causes, [(StopCause::Refused, 1)]);
    assert_eq!(history.reconnects.total(), 1);
}

#[test]
fn a_fault_lies_over_all_connections_and_takes_their_time() {
    let sums = [
        sum(TODAY - 3, state(Health::Working), 2, 0),
        sum(TODAY - 3, Kind::Worst(Health::Working), 2, 0),
        sum(TODAY - 1, Kind::Fault, 1, DAY / 2),
        sum(TODAY, Kind::Fault, -1, -DAY),
    ];
    let now = at(TODAY, DAY);
    let app = HealthDays::of_app(&sums, Days::Fourteen, Timestamp(now.0 - 1_000));
    assert_eq!(app.faults[11..], [(false, 0.0), (true, 0.5), (true, 1.0)]);
    assert_eq!(app.days[12].get(Health::SetupFault), 2);
    assert_eq!(app.since, Some(TODAY - 3));
    assert_eq!(app.healthy.permille(), Some(625), "2.5 of 4 days");
    assert_eq!(app.known().count(), 4);
    let other = [
        sum(TODAY - 5, state(Health::Working), 1, 0),
        sum(TODAY - 5, Kind::Worst(Health::Working), 1, 0),
    ];
    let other = HealthDays::of_app(&other, Days::Fourteen, now);
    let both = HealthDays::sum([&app, &other]);
    assert_eq!(both.since, Some(TODAY - 5));
    let day = both.days[12];
    assert_eq!(
        (day.get(Health::SetupFault), day.get(Health::Working)),
        (2, 1)
    );
}

/// A change of one connection: how long after the one before, and the state after it;
/// `None` if it is removed.
type Step = (i64, Option<Health>);

fn health() -> impl Strategy<Value = Health> {
    prop_oneof![
        Just(Health::Working),
        Just(Health::Limited),
        Just(Health::Retrying),
        Just(Health::Disconnected),
        Just(Health::NotConnected),
    ]
}

fn lives() -> impl Strategy<Value = Vec<(i64, Health, Vec<Step>)>> {
    let step = (
        1..3 * DAY,
        prop_oneof![9 => health().prop_map(Some), 1 => Just(None)],
    );
    let life = (0..40 * DAY, health(), prop::collection::vec(step, 0..12));
    prop::collection::vec(life, 0..6)
}

/// The intervals of a connection's states, in milliseconds; the last one goes on if it
/// is not removed.
fn intervals(life: &(i64, Health, Vec<Step>), now: i64) -> Vec<(i64, i64, Health)> {
    let (mut begun, mut state) = ((TODAY - 39) * DAY + life.0, life.1);
    let mut all = Vec::new();
    for (after, next) in &life.2 {
        let until = begun + after;
        if until >= now {
            break;
        }
        all.push((begun, until, state));
        let Some(next) = next else { return all };
        (begun, state) = (until, *next);
    }
    if begun < now {
        all.push((begun, i64::MAX, state));
    }
    all
}

proptest! {
    /// The sums are those that the triggers write; what follows from them is what
    /// the list of all states says.
    #[test]
    fn kept_is_what_the_list_says(lives in lives(), cut in 0_i64..40) {
        let now = TODAY * DAY + DAY / 3;
        let mut sums = Vec::new();
        for life in &lives {
            let all = intervals(life, now);
            for (i, (begun, until, health)) in all.iter().enumerate() {
                if i == 0 || all[i - 1].2 != *health {
                    sums.push(sum(begun.div_euclid(DAY), state(*health), 1, begun.rem_euclid(DAY)));
                    if i > 0 {
                        let before = state(all[i - 1].2);
                        sums.push(sum(begun.div_euclid(DAY), before, -1, -begun.rem_euclid(DAY)));
                    }
                }
                if *until != i64::MAX && i + 1 == all.len() {
                    sums.push(sum(until.div_euclid(DAY), state(*health), -1, -until.rem_euclid(DAY)));
                }
            }
        }
        // The worker adds up what is too old.
        for sum in &mut sums {
            if sum.day < TODAY - 39 + cut.min(25) {
                (sum.day, sum.moment) = (0, 0);
            }
        }
        let history = HealthDays::of_app(&sums, Days::Fourteen, Timestamp(now * 1_000));
        let begins = history.first * DAY;
        let (mut working, mut connected) = (0, 0);
        for life in &lives {
            for (begun, until, health) in intervals(life, now) {
                let time = (until.min(now) - begun.max(begins)).max(0);
                connected += if health == Health::NotConnected { 0 } else { time };
                working += if health == Health::Working { time } else { 0 };
            }
        }
        prop_assert_eq!(history.healthy, Healthy::of(working as f64, connected as f64));
        for (day, counts) in (history.first..).zip(&history.days) {
            for health in Health::ALL {
                let there = lives.iter().flat_map(|life| intervals(life, now));
                let n = there
                    .filter(|(begun, until, state)| {
                        *state == health && *begun < day * DAY && *until >= day * DAY
                    })
                    .count() as u64;
                prop_assert_eq!(counts.get(health), n, "{:?} as day {} began", health, day);
            }
        }
    }
}
