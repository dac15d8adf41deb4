//! Property tests of the rule that decides a connection's health.

use super::*;
use crate::time::Span;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

fn near() -> impl Strategy<Value = Timestamp> {
    (-1_000_000i64..1_000_000).prop_map(|s| NOW.plus(Span::seconds(s)))
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        Just(Standing::NotConnected(Absence::NeverFinished)),
        near().prop_map(|at| Standing::NotConnected(Absence::OnPurpose {
            by: "Ann".into(),
            at
        })),
        Just(Standing::Connected),
        near().prop_map(|at| Standing::Lost {
            at,
            cause: LossCause::Refused
        }),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    (
        proptest::option::of(near()),
        standing(),
        any::<bool>(),
        proptest::option::of(near()),
        proptest::option::of(near()),
        proptest::option::of(near()),
        0usize..3,
    )
        .prop_map(
            |(
                credentials_rejected_since,
                standing,
                renewable,
                access_expires_at,
                failing_since,
                overdue_at,
                missing_scopes,
            )| {
                Condition {
                    credentials_rejected_since,
                    standing,
                    renewable,
                    access_expires_at,
                    failing_since,
                    overdue_at,
                    missing_scopes,
                }
            },
        )
}

fn fine() -> Condition {
    Condition {
        credentials_rejected_since: None,
        standing: Standing::Connected,
        renewable: true,
        access_expires_at: Some(NOW.plus(Span::hours(20))),
        failing_since: None,
        overdue_at: Some(NOW.plus(Span::hours(12))),
        missing_scopes: 0,
    }
}

#[test]
fn each_state_has_its_cause() {
    let with = |change: fn(&mut Condition)| {
        let mut c = fine();
        change(&mut c);
        Health::of(&c, NOW)
    };
    assert_eq!(with(|_| ()), Health::Working);
    assert_eq!(with(|c| c.missing_scopes = 1), Health::Limited);
    assert_eq!(with(|c| c.failing_since = Some(NOW)), Health::Retrying);
    assert_eq!(with(|c| c.overdue_at = Some(NOW)), Health::Unchecked);
    assert_eq!(with(|c| c.renewable = false), Health::StoppingSoon);
    assert_eq!(
        with(|c| {
            c.renewable = false;
            c.access_expires_at = Some(NOW);
        }),
        Health::Disconnected,
        "a token that nothing could renew has run out"
    );
    assert_eq!(
        with(|c| c.standing = Standing::Lost {
            at: NOW,
            cause: LossCause::Refused
        }),
        Health::Disconnected
    );
    assert_eq!(
        with(|c| c.standing = Standing::NotConnected(Absence::NeverFinished)),
        Health::NotConnected
    );
    assert_eq!(
        with(|c| c.credentials_rejected_since = Some(NOW)),
        Health::SetupFault
    );
}

#[test]
fn codes_and_labels_are_distinct() {
    for h in Health::ALL {
        assert_eq!(h.code().parse::<Health>().unwrap(), h);
        assert_eq!(
            Health::ALL
                .iter()
                .filter(|o| o.label() == h.label() || o.severity() == h.severity())
                .count(),
            1
        );
    }
}

proptest! {
    /// security.md 29: a connection is disconnected only by an explicit
    /// refusal, or when a token expires that nothing can renew.
    #[test]
    fn s29_failures_alone_never_disconnect(mut c in condition(), since in near()) {
        c.failing_since = Some(since);
        if Health::own(&c, NOW) == Health::Disconnected {
            let refused = matches!(c.standing, Standing::Lost { .. });
            let ran_out = !c.renewable && c.access_expires_at.is_some_and(|at| at <= NOW);
            prop_assert!(refused || ran_out);
        }
    }

    #[test]
    fn a_fault_of_the_app_covers_all_and_changes_nothing_beneath(mut c in condition(), since in near()) {
        c.credentials_rejected_since = None;
        let own = Health::of(&c, NOW);
        c.credentials_rejected_since = Some(since);
        prop_assert_eq!(Health::of(&c, NOW), Health::SetupFault);
        prop_assert_eq!(Health::own(&c, NOW), own);
    }

    #[test]
    fn working_means_nothing_is_wrong(c in condition()) {
        if Health::of(&c, NOW) == Health::Working {
            prop_assert!(c.credentials_rejected_since.is_none() && c.renewable && c.failing_since.is_none());
            prop_assert!(c.missing_scopes == 0 && c.overdue_at.is_none_or(|at| at > NOW));
            prop_assert_eq!(c.standing, Standing::Connected);
        }
    }

    #[test]
    fn time_passing_only_worsens(c in condition(), later in 0i64..1_000_000) {
        let before = Health::own(&c, NOW);
        let after = Health::own(&c, NOW.plus(Span::seconds(later)));
        prop_assert!(after.severity() <= before.severity());
    }

    #[test]
    fn a_dead_worker_shows(mut c in condition()) {
        c.overdue_at = Some(NOW.minus(Span::seconds(1)));
        prop_assert!(!matches!(Health::own(&c, NOW), Health::Working | Health::Limited | Health::Retrying));
    }
}
