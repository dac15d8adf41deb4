//! Health over weeks: nothing yet, some days, and all of them.

use super::{
    outline::{html, outline},
    sample::NOW,
};
use crate::pages::history::{account, panels};
use domain::{
    account_days::{AccountDays, Known, StateChange},
    health::Health,
    health_days::{Days, HealthDays, Kind, Sum},
    stop_cause::StopCause,
    time::Span,
};
use insta::assert_snapshot;

const HOME: &str = "/t/parcelwise";

fn shown(history: &HealthDays, days: Days) -> String {
    outline(&html(|| panels(Some(history), &Vec::new(), days, HOME)))
}

fn sum(ago: i64, kind: Kind, n: i64) -> Sum {
    Sum {
        day: NOW.day() - ago,
        kind,
        n,
        moment: 0,
    }
}

/// Three accounts since `ago`; two days ago one was lost, and came back.
fn sums(ago: i64) -> Vec<Sum> {
    let lost = 43_200_000;
    vec![
        sum(ago, Kind::State(Health::Working), 3),
        sum(ago, Kind::Worst(Health::Working), 3),
        Sum {
            moment: lost,
            ..sum(2, Kind::State(Health::Working), 0)
        },
        Sum {
            moment: -lost,
            ..sum(2, Kind::State(Health::Disconnected), 0)
        },
        sum(2, Kind::Worst(Health::Working), -1),
        sum(2, Kind::Worst(Health::Disconnected), 1),
        sum(2, Kind::Cause(StopCause::Refused), 1),
        sum(2, Kind::Cause(StopCause::NotAnswering), 4),
        sum(2, Kind::Back(720), 1),
    ]
}

#[test]
fn without_an_account_there_is_no_chart() {
    let none = HealthDays::of_app(&[], Days::Thirty, NOW);
    let page = shown(&none, Days::Thirty);
    assert_snapshot!("history_empty", page);
    assert!(!page.contains("<svg"));
}

#[test]
fn a_short_history_says_since_when() {
    let short = HealthDays::of_app(&sums(3), Days::Thirty, NOW);
    let page = shown(&short, Days::Thirty);
    assert_snapshot!("history_short", page);
    assert!(page.contains("Since Wed 25 Nov: of days before, nothing is known."));
}

#[test]
fn a_full_history_has_all_days_and_each_app() {
    let full = HealthDays::of_app(&sums(400), Days::Fourteen, NOW);
    let shares = vec![
        ("Returns".to_owned(), Some(989)),
        ("Tracking".to_owned(), None),
    ];
    let page = html(|| panels(Some(&full), &shares, Days::Fourteen, HOME));
    assert_snapshot!("history_full", outline(&page));
    assert!(!page.contains("nothing is known"));
    assert_eq!(page.matches("<title>").count(), 14);
    assert!(page.contains("98.9 %") && page.contains("1 account reconnected within 12 h."));
    for days in Days::ALL {
        let long = HealthDays::of_app(&sums(400), days, NOW);
        let page = html(|| panels(Some(&long), &Vec::new(), days, HOME));
        let n = days.number();
        assert_eq!(page.matches("<title>").count() as i64, n);
        assert!(page.contains(&format!(
            "href=\"{HOME}?days={n}#days\" aria-current=\"true\""
        )));
    }
}

#[test]
fn what_could_not_be_loaded_says_so() {
    let page = html(|| panels(None, &Vec::new(), Days::Thirty, HOME));
    assert!(page.contains("The history couldn’t be loaded."));
    let page = html(|| account(None, Days::Thirty, HOME, NOW));
    assert!(page.contains("The history couldn’t be loaded."));
}

#[test]
fn an_account_names_when_it_stopped() {
    let change = |ago: i64, from, to, cause: &str| StateChange {
        at: NOW.minus(Span::days(ago)),
        from,
        to,
        cause: cause.to_owned(),
    };
    let lost = "Gorgias refused our access twice";
    let changes = [
        change(10, Health::Working, Health::Disconnected, lost),
        change(8, Health::Disconnected, Health::Working, ""),
        change(1, Health::Working, Health::Limited, ""),
    ];
    let known = Known {
        from: NOW.minus(Span::days(200)),
        now: Health::Limited,
        stored: Health::Limited,
        faults: &[],
    };
    let history = AccountDays::of(&changes, known, Days::Thirty, NOW);
    let page = outline(&html(|| account(Some(&history), Days::Thirty, HOME, NOW)));
    assert_snapshot!("history_of_an_account", page);
    assert!(page.contains("Disconnected once, and back after 2 days."));
}
