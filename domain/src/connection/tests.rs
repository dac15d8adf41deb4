mod any_order;

use super::*;
use crate::{event::Happening, granted::Granted, health::LossCause, time::Span, token};

const NOW: Timestamp = Timestamp(1_795_867_500_000_000);
const INTERVAL: Span = Span::hours(6);

fn scopes(text: &str) -> ScopeSet {
    text.parse().unwrap()
}

fn requested() -> ScopeSet {
    scopes("openid offline tickets:read")
}

fn told(text: &str) -> Granted {
    Granted::Told(scopes(text))
}

const fn at(at: Timestamp) -> Attempted {
    Attempted {
        at,
        interval: INTERVAL,
        jitter: 0.5,
    }
}

fn approval(said: Granted, renewable: bool, at: Timestamp) -> Approval {
    Approval {
        renewable,
        expires_at: at.plus(Span::hours(24)),
        said,
        asked_for: requested(),
        name: Some("Ann Lee".into()),
        email: None,
    }
}

fn renewed(said: Granted, at: Timestamp) -> Renewed {
    Renewed {
        expires_at: at.plus(Span::hours(24)),
        said,
    }
}

fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        sentence: "Gorgias said no".into(),
        retry_after: None,
    }
}

fn connected() -> Connection {
    let offered = Connection::offered(NOW);
    let all = approval(Granted::NotTold, true, NOW);
    offered.granted(all, &requested(), at(NOW)).next
}

fn health_changes(change: &Change) -> Vec<(Health, Health)> {
    let changed = change.events.iter().filter_map(|event| match event {
        Happening::HealthChanged { from, to, .. } => Some((*from, *to)),
        _ => None,
    });
    changed.collect()
}

#[test]
fn the_first_approval_connects_and_the_next_reconnects() {
    let offered = Connection::offered(NOW);
    assert_eq!(offered.health, Health::NotConnected);
    let all = approval(Granted::NotTold, true, NOW);
    let change = offered.granted(all, &requested(), at(NOW));
    let granted = requested();
    assert_eq!(
        change.events,
        [
            Happening::Connected { granted },
            Happening::HealthChanged {
                from: Health::NotConnected,
                to: Health::Working,
                cause: String::new()
            }
        ]
    );
    assert_eq!((change.from_version, change.next.token_version), (0, 1));
    let later = NOW.plus(Span::hours(1));
    let fewer = approval(told("openid offline"), true, later);
    let change = change.next.granted(fewer, &requested(), at(later));
    let granted = scopes("openid offline");
    assert_eq!(change.events[0], Happening::Reconnected { granted });
    let removed = scopes("tickets:read");
    let added = ScopeSet::default();
    assert_eq!(
        change.events[1],
        Happening::ScopesChanged { added, removed }
    );
    assert_eq!(
        health_changes(&change),
        [(Health::Working, Health::Limited)]
    );
}

#[test]
fn the_next_attempt_says_since_when_nobody_checked() {
    let since = token::overdue_at(NOW, INTERVAL);
    let unchecked = |change: &Change| change.events.contains(&Happening::Unchecked { since });
    let just = NOW.plus(Span(since.since(NOW).0 - 1));
    let in_time = connected().renewed(
        renewed(Granted::NotTold, just),
        &requested(),
        at(just),
        just,
    );
    assert_eq!(in_time.events, []);
    let late = since.plus(Span::hours(5));
    // Nobody looked at it: that is still to be said.
    let asked = connected().scopes_requested(&requested(), late);
    assert!(!unchecked(&asked));
    for change in [
        asked.next.clone().renewed(
            renewed(Granted::NotTold, late),
            &requested(),
            at(late),
            late,
        ),
        asked
            .next
            .clone()
            .failed(failure(FailureKind::NotAnswering), at(late)),
        asked.next.clone().app_refused(at(late)),
        asked.next.refused("Gorgias said no".into(), late),
    ] {
        assert!(unchecked(&change), "{:?}", change.events);
        let again = change.next.failed(
            failure(FailureKind::NotAnswering),
            at(late.plus(Span::minutes(1))),
        );
        assert!(!unchecked(&again), "it is said once");
    }
}

#[test]
fn without_a_refresh_token_the_end_is_all_that_is_left_to_note() {
    let offered = Connection::offered(NOW);
    let once = approval(Granted::NotTold, false, NOW);
    let mut connection = offered.granted(once, &requested(), at(NOW)).next;
    assert_eq!(connection.health, Health::StoppingSoon);
    let mut now = NOW;
    let mut looks = 0;
    while let Some(due) = connection.due_at {
        now = due;
        let change = connection.not_renewable(now, INTERVAL);
        looks += 1;
        let ended = now == NOW.plus(Span::hours(24));
        let changes = health_changes(&change);
        let end = [(Health::StoppingSoon, Health::Disconnected)];
        assert_eq!(changes, if ended { &end[..] } else { &[] });
        connection = change.next;
    }
    assert_eq!((now, looks), (NOW.plus(Span::hours(24)), 4));
}

#[test]
fn an_outage_of_days_is_no_loss() {
    let mut connection = connected();
    let mut now = NOW;
    while now < NOW.plus(Span::days(3)) {
        now = connection.due_at.unwrap();
        let down = failure(FailureKind::NotAnswering);
        connection = connection.failed(down, at(now)).next;
        assert_eq!(connection.health, Health::Retrying);
        assert!(connection.due_at.unwrap() <= now.plus(Span::minutes(30)));
    }
    assert_eq!(connection.refused_since, None, "an outage refuses nobody");
    let change = connection.renewed(renewed(Granted::NotTold, now), &requested(), at(now), now);
    assert_eq!(
        change.events,
        [Happening::HealthChanged {
            from: Health::Retrying,
            to: Health::Working,
            cause: "Gorgias is answering again".into()
        }]
    );
    assert_eq!((change.next.failures, change.next.failing_since), (0, None));
}

#[test]
fn a_refusal_loses_the_access_and_asks_nobody_any_more() {
    let change = connected().refused("invalid_grant".into(), NOW);
    let lost = Standing::Lost {
        at: NOW,
        cause: LossCause::Refused,
    };
    assert_eq!(change.next.standing, lost);
    assert_eq!((change.next.due_at, change.next.overdue_at), (None, None));
    // A person asks for a check: still lost, since the same time.
    let later = NOW.plus(Span::days(2));
    let again = change.next.refused("invalid_grant".into(), later);
    assert_eq!(again.next.standing, lost);
    assert_eq!(again.events, []);
    // Gorgias accepted it after all.
    let back = again.next.renewed(
        renewed(Granted::NotTold, later),
        &requested(),
        at(later),
        later,
    );
    assert_eq!(
        health_changes(&back),
        [(Health::Disconnected, Health::Working)]
    );
}

#[test]
fn a_refusal_after_a_restore_has_its_own_cause_until_a_proof() {
    let mut state = (*connected()).clone();
    state.restored_at = Some(NOW.plus(Span::hours(1)));
    let restored = Connection::stored(state);
    let cause = |change: Change| match change.next.standing {
        Standing::Lost { cause, .. } => cause,
        ref other => panic!("{other:?}"),
    };
    let later = NOW.plus(Span::hours(2));
    let refused = restored.clone().refused(String::new(), later);
    assert_eq!(cause(refused), LossCause::RefusedAfterRestore);
    let proven = renewed(Granted::NotTold, later);
    let proven = restored.renewed(proven, &requested(), at(later), later);
    let refused = proven.next.refused(String::new(), later);
    assert_eq!(cause(refused), LossCause::Refused);
}

#[test]
fn scopes_that_can_not_be_read_are_neither_granted_nor_missing() {
    let some = approval(told("openid offline"), true, NOW);
    let offered = Connection::offered(NOW);
    let limited = offered.granted(some, &requested(), at(NOW)).next;
    assert_eq!(limited.health, Health::Limited);
    let unread = renewed(Granted::Unreadable, NOW);
    let unknown = limited.renewed(unread, &requested(), at(NOW), NOW).next;
    assert_eq!((unknown.missing_scopes, unknown.scopes_unknown), (0, true));
    assert_eq!(unknown.granted, scopes("openid offline"), "told last");
    let read = renewed(told("openid offline tickets:read"), NOW);
    let change = unknown.renewed(read, &requested(), at(NOW), NOW);
    assert!(!change.next.scopes_unknown);
    assert!(matches!(
        change.events[..],
        [Happening::ScopesChanged { .. }]
    ));
}

#[test]
fn a_fault_of_the_app_changes_no_state_and_is_tried_after_five_minutes() {
    let refused = connected().app_refused(at(NOW));
    assert_eq!((refused.events, refused.next.failing_since), (vec![], None));
    assert!(refused.next.due_at.unwrap() >= NOW.plus(PROBE_EVERY));
    let unconfirmed = failure(FailureKind::ClientRefused);
    let retried = connected().client_refused(unconfirmed, at(NOW)).next;
    assert_eq!(retried.health, Health::Retrying);
    assert_eq!(retried.due_at, Some(NOW.plus(PROBE_EVERY)));
    let back = retried.failures_taken_back(NOW);
    assert_eq!(health_changes(&back), [(Health::Retrying, Health::Working)]);
    let replaced = connected().credentials_replaced(at(NOW)).next;
    assert_eq!(replaced.due_at, Some(NOW));
}

#[test]
fn what_was_approved_is_limited_as_soon_as_the_app_asks_for_more() {
    let more = scopes("openid offline tickets:read tags:read");
    let change = connected().scopes_requested(&more, NOW);
    assert_eq!(
        health_changes(&change),
        [(Health::Working, Health::Limited)]
    );
    assert_eq!(change.next.scopes_requested(&more, NOW).events, []);
    let offered = Connection::offered(NOW).scopes_requested(&more, NOW);
    assert_eq!((offered.next.missing_scopes, offered.events), (0, vec![]));
}
