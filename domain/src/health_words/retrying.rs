//! Explains Retrying: the kind of failure, and who has to act.

use super::{Background, Explanation, NextStep};
use crate::{
    failure::{FailureKind, LOOK_AFTER},
    health::Condition,
    time::Timestamp,
};

/// Whether a person should look at a connection that is being retried: Gorgias
/// has refused this account for days, while others of the app work. An outage
/// needs nobody, however long it lasts.
pub fn asks_for_a_look(
    failure: Option<FailureKind>,
    refused_since: Option<Timestamp>,
    others_work: bool,
    now: Timestamp,
) -> bool {
    others_work
        && failure.is_some_and(FailureKind::of_account)
        && refused_since.is_some_and(|since| now.since(since) >= LOOK_AFTER)
}

pub(super) fn explain(
    condition: &Condition,
    background: Background,
    now: Timestamp,
) -> Explanation {
    let look = asks_for_a_look(
        background.failure,
        background.refused_since,
        background.others_work,
        now,
    );
    let mut reason = what(background, now);
    if let Some(when) = when(background, now) {
        reason.push_str(&when);
    }
    let works = condition
        .access_expires_at
        .filter(|at| *at > now)
        .map(|at| {
            format!(
                "the account works with the access it has until {}",
                at.absolute_in(background.zone)
            )
        });
    let (detail, next) = match background.failure {
        Some(FailureKind::RequestRefused) => (
            format!(
                "An operator should compare the app's settings with the partners' portal. {}",
                match works {
                    Some(works) => format!("Until then {works}, and we keep trying."),
                    None => "Until then we keep trying.".into(),
                }
            ),
            NextStep::TellOperator,
        ),
        _ if look => (
            format!(
                "This has lasted since {}, so somebody should look: whether the account is suspended at Gorgias, or something in front of it keeps us out. We keep trying.",
                background.refused_since.unwrap_or(now).absolute_in(background.zone)
            ),
            NextStep::LookAtAccount,
        ),
        _ => (
            match works {
                Some(works) => format!("Nothing to do: {works}, and we keep trying."),
                None => "Nothing to do: we keep trying, and the account comes back by itself once Gorgias gives us a token again.".into(),
            },
            NextStep::Nothing,
        ),
    };
    Explanation {
        reason,
        detail,
        next,
    }
}

/// One sentence that names the failure.
fn what(background: Background, now: Timestamp) -> String {
    let others = if background.others_work {
        "; other accounts work"
    } else {
        ""
    };
    match background.failure {
        None | Some(FailureKind::NotAnswering) => "Gorgias isn't answering.".into(),
        Some(FailureKind::AskedToWait) => match background.next_attempt {
            Some(until) if until > now => {
                format!("Gorgias asked us to wait until {}.", until.absolute_in(background.zone))
            }
            _ => "Gorgias asked us to wait.".into(),
        },
        Some(FailureKind::AccountRefused(status)) => {
            format!("Gorgias refuses this account just now ({status}){others}.")
        }
        Some(FailureKind::Unreadable) => "Gorgias' answer couldn't be read.".into(),
        Some(FailureKind::RequestRefused) => {
            "Gorgias says our request is wrong: tell an operator.".into()
        }
        Some(FailureKind::ClientRefused) => {
            "Gorgias didn't accept the app's credentials for this account. We ask again before we call that a fault of the app.".into()
        }
    }
}

/// When the connection last worked, and when it is tried again.
fn when(background: Background, now: Timestamp) -> Option<String> {
    let (fine, next) = (background.last_success?, background.next_attempt?);
    let fine = fine.relative(now);
    if background.failure == Some(FailureKind::AskedToWait) && next > now {
        // The sentence already says until when.
        return Some(format!(" Last fine {fine}."));
    }
    let next = if next <= now {
        "now".into()
    } else {
        next.relative(now)
    };
    Some(format!(" Last fine {fine}; next try {next}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{health::Standing, health_words, scope::ScopeSet, time::Span};

    const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

    fn words(background: Background) -> Explanation {
        let condition = Condition {
            credentials_rejected_since: None,
            standing: Standing::Connected,
            renewable: true,
            access_expires_at: Some(NOW.plus(Span::hours(20))),
            failing_since: Some(NOW),
            overdue_at: None,
            missing_scopes: 0,
        };
        let background = Background {
            last_success: Some(NOW.minus(Span::minutes(3))),
            next_attempt: Some(NOW.plus(Span::minutes(2))),
            ..background
        };
        health_words::explain(&condition, background, &ScopeSet::default(), NOW)
    }

    fn failed(failure: FailureKind) -> Explanation {
        words(Background {
            failure: Some(failure),
            ..Background::default()
        })
    }

    #[test]
    fn each_kind_has_its_own_sentence() {
        let when = "Last fine 3 min ago; next try in 2 min.";
        for (kind, sentence) in [
            (FailureKind::NotAnswering, "Gorgias isn't answering."),
            (FailureKind::Unreadable, "Gorgias' answer couldn't be read."),
            (
                FailureKind::AccountRefused(401),
                "Gorgias refuses this account just now (401).",
            ),
            (
                FailureKind::RequestRefused,
                "Gorgias says our request is wrong: tell an operator.",
            ),
            (
                FailureKind::ClientRefused,
                "Gorgias didn't accept the app's credentials for this account. We ask again before we call that a fault of the app.",
            ),
        ] {
            assert_eq!(failed(kind).reason, format!("{sentence} {when}"));
        }
        assert_eq!(
            failed(FailureKind::AskedToWait).reason,
            "Gorgias asked us to wait until Sat 28 Nov 2026, 12:07 UTC. Last fine 3 min ago."
        );
        let before = words(Background::default());
        assert!(
            before.reason.starts_with("Gorgias isn't answering."),
            "as it was stored before kinds were"
        );
    }

    #[test]
    fn that_others_work_is_said_where_it_is_so() {
        let e = words(Background {
            failure: Some(FailureKind::AccountRefused(403)),
            others_work: true,
            ..Background::default()
        });
        assert!(
            e.reason
                .starts_with("Gorgias refuses this account just now (403); other accounts work."),
            "{}",
            e.reason
        );
        assert_eq!(e.next, NextStep::Nothing);
    }

    #[test]
    fn an_account_refused_for_three_days_asks_for_a_look() {
        let refused = FailureKind::AccountRefused(401);
        for (failure, others_work, hours, next) in [
            (refused, true, 71, NextStep::Nothing),
            (refused, true, 72, NextStep::LookAtAccount),
            (FailureKind::Unreadable, true, 72, NextStep::LookAtAccount),
            // An outage of this account at least, perhaps of all.
            (FailureKind::NotAnswering, true, 72, NextStep::Nothing),
            (refused, false, 72, NextStep::Nothing),
        ] {
            let e = words(Background {
                failure: Some(failure),
                refused_since: Some(NOW.minus(Span::hours(hours))),
                others_work,
                ..Background::default()
            });
            assert_eq!(e.next, next, "{failure:?} {others_work} {hours}");
        }
        assert_eq!(
            failed(FailureKind::RequestRefused).next,
            NextStep::TellOperator
        );
    }
}
