//! What holds for transitions in any order.

use super::*;
use proptest::prelude::*;

/// The transitions of a connection.
#[derive(Debug, Clone)]
enum Step {
    Granted { said: Granted, renewable: bool },
    Renewed(Granted),
    LeftOver,
    Failed(FailureKind, Option<i64>),
    ClientRefused,
    AppRefused,
    CredentialsReplaced,
    RefusedWithMany,
    Refused,
    Unauthorized,
    RefusalTakenBack,
    FailuresTakenBack,
    NotRenewable,
    Disconnected,
    ScopesRequested(ScopeSet),
}

impl Step {
    /// Whether use cases make this transition from this state.
    fn may_follow(&self, now: &State) -> bool {
        let connected = now.standing == Standing::Connected;
        match self {
            Self::Granted { .. } | Self::ScopesRequested(_) => true,
            Self::Renewed(_)
            | Self::LeftOver
            | Self::Failed(..)
            | Self::ClientRefused
            | Self::AppRefused
            | Self::CredentialsReplaced
            | Self::Refused => now.renewable && now.has_been_connected(),
            Self::Unauthorized => connected,
            Self::RefusedWithMany => now.renewable && connected,
            Self::RefusalTakenBack => matches!(
                now.standing,
                Standing::Lost {
                    cause: LossCause::Refused,
                    ..
                }
            ),
            Self::FailuresTakenBack => now.health == Health::Retrying,
            Self::NotRenewable => !now.renewable && connected,
            Self::Disconnected => now.has_been_connected(),
        }
    }

    fn take(&self, from: Connection, now: Timestamp, jitter: f64) -> Change {
        let attempt = Attempted {
            at: now,
            interval: INTERVAL,
            jitter,
        };
        let nothing = || failure(FailureKind::ClientRefused);
        match self.clone() {
            Self::Granted { said, renewable } => {
                from.granted(approval(said, renewable, now), &requested(), attempt)
            }
            Self::Renewed(said) => from.renewed(renewed(said, now), &requested(), attempt, now),
            Self::LeftOver => from.left_over(failure(FailureKind::Unreadable), attempt, now),
            Self::Failed(kind, asked) => {
                let retry_after = asked.map(Span::seconds);
                let failure = Failure {
                    retry_after,
                    ..failure(kind)
                };
                from.failed(failure, attempt)
            }
            Self::ClientRefused => from.client_refused(nothing(), attempt),
            Self::AppRefused => from.app_refused(attempt),
            Self::CredentialsReplaced => from.credentials_replaced(attempt),
            Self::RefusedWithMany => from.refused_with_many(attempt),
            Self::Refused => from.refused("invalid_grant".into(), now),
            Self::Unauthorized => from.unauthorized("401".into(), now),
            Self::RefusalTakenBack => from.refusal_taken_back(now, INTERVAL),
            Self::FailuresTakenBack => from.failures_taken_back(now),
            Self::NotRenewable => from.not_renewable(now, INTERVAL),
            Self::Disconnected => from.disconnected("Ann".into(), true, now),
            Self::ScopesRequested(scopes) => from.scopes_requested(&scopes, now),
        }
    }

    /// Whether it stores or removes tokens.
    fn of_tokens(&self) -> bool {
        matches!(
            self,
            Self::Granted { .. } | Self::Renewed(_) | Self::LeftOver | Self::Disconnected
        )
    }
}

fn said() -> impl Strategy<Value = Granted> {
    prop_oneof![
        Just(Granted::NotTold),
        Just(Granted::Unreadable),
        Just(told("openid offline tickets:read")),
        Just(told("openid offline")),
        Just(told("write:all")),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        Just(FailureKind::NotAnswering),
        Just(FailureKind::AskedToWait),
        Just(FailureKind::AccountRefused(401)),
        Just(FailureKind::Unreadable),
        Just(FailureKind::RequestRefused),
    ];
    let asked = prop_oneof![
        Just("openid offline"),
        Just("openid offline tickets:read tags:read")
    ];
    prop_oneof![
        (said(), any::<bool>()).prop_map(|(said, renewable)| Step::Granted { said, renewable }),
        said().prop_map(Step::Renewed),
        Just(Step::LeftOver),
        (kind, any::<Option<i64>>()).prop_map(|(kind, asked)| Step::Failed(kind, asked)),
        Just(Step::ClientRefused),
        Just(Step::AppRefused),
        Just(Step::CredentialsReplaced),
        Just(Step::RefusedWithMany),
        Just(Step::Refused),
        Just(Step::Unauthorized),
        Just(Step::RefusalTakenBack),
        Just(Step::FailuresTakenBack),
        Just(Step::NotRenewable),
        Just(Step::Disconnected),
        asked.prop_map(|text| Step::ScopesRequested(scopes(text))),
    ]
}

proptest! {
    /// For all transitions in any order: health, events and the next attempt
    /// agree, and only an explicit refusal makes a connection lost.
    #[test]
    fn health_events_and_the_next_attempt_agree(
        steps in proptest::collection::vec((step(), 1i64..200_000, 0.0..=1.0f64), 1..40)
    ) {
        let mut connection = Connection::offered(NOW);
        let mut now = NOW;
        for (step, seconds, jitter) in steps {
            now = now.plus(Span::seconds(seconds));
            if !step.may_follow(&connection) {
                continue;
            }
            let before = connection.clone();
            let change = step.take(connection.clone(), now, jitter);
            let next = change.next.clone();

            prop_assert_eq!(change.from_version, before.token_version);
            let tokens = i64::from(step.of_tokens());
            prop_assert_eq!(next.token_version, before.token_version + tokens);

            prop_assert_eq!(next.health, next.own_health(now));
            let changed = health_changes(&change);
            if next.health == before.health {
                prop_assert_eq!(changed, vec![]);
                prop_assert_eq!(next.health_since, before.health_since);
            } else {
                prop_assert_eq!(changed, vec![(before.health, next.health)]);
                prop_assert_eq!(next.health_since, now);
            }
            let today = next.history.days()[crate::health_history::DAYS - 1].unwrap();
            prop_assert!(today.severity() <= next.health.severity());

            let lost = |c: &Connection| matches!(c.standing, Standing::Lost { .. });
            if lost(&next) && !lost(&before) {
                prop_assert!(matches!(step, Step::Refused | Step::Unauthorized), "{:?}", step);
            }
            match next.standing {
                Standing::Lost { .. } | Standing::NotConnected(_) => prop_assert_eq!(next.due_at, None),
                Standing::Connected if next.renewable => {
                    let due = next.due_at.unwrap();
                    // Without an attempt, the earlier plan stays.
                    prop_assert!(due <= token::latest_due(now, INTERVAL));
                }
                Standing::Connected => {
                    let due = next.due_at.unwrap_or(now);
                    prop_assert!(due <= next.access_expires_at.unwrap().max(now.plus(PROBE_EVERY)));
                }
            }
            if next.health == Health::Limited {
                prop_assert!(next.missing_scopes > 0 && !next.scopes_unknown);
            }
            prop_assert_eq!(next.failing_since.is_some(), next.failure_kind.is_some());
            connection = next;
        }
    }
}
