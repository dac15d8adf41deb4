//! The transitions of a connection.

use super::{Change, Connection, NEEDED_LIFE, PROBE_EVERY, State, change::Draft};
use crate::{
    event::Happening,
    failure::FailureKind,
    granted::Granted,
    health::{Absence, LossCause, Standing},
    scope::ScopeSet,
    time::{Span, Timestamp},
    token,
};

/// When an attempt was made, and what decides the time of the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attempted {
    /// When Gorgias answered or failed to answer.
    pub at: Timestamp,
    /// The check interval.
    pub interval: Span,
    /// A random number from 0 to 1, which spreads attempts.
    pub jitter: f64,
}

/// The result of the exchange of an authorization code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Whether a refresh token came with it.
    pub renewable: bool,
    /// When the access token expires.
    pub expires_at: Timestamp,
    /// What the answer said about the scopes.
    pub said: Granted,
    /// The scopes that this authorization asked for. They are the granted ones
    /// if the answer doesn't name any (RFC 6749 5.1).
    pub asked_for: ScopeSet,
    /// Name of the person who approved it, if Gorgias gave it.
    pub name: Option<String>,
    /// E-mail address of the person who approved it, if Gorgias gave it.
    pub email: Option<String>,
}

/// The result of a refresh (RFC 6749 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// When the access token expires.
    pub expires_at: Timestamp,
    /// What the answer said about the scopes.
    pub said: Granted,
}

/// A failed attempt without a verdict on the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// The failure in plain words.
    pub sentence: String,
    /// How long Gorgias asked us to wait.
    pub retry_after: Option<Span>,
}

impl Connection {
    /// A customer approved the app: the tokens are new, and earlier failures
    /// are over. `requested` are the app's present scopes.
    pub fn granted(self, approval: Approval, requested: &ScopeSet, attempt: Attempted) -> Change {
        let Attempted { at, .. } = attempt;
        let first = self.last_success_at.is_none();
        let mut draft = Draft::of(self, at);
        let next = &mut draft.next;
        next.proven(at);
        next.token_version += 1;
        next.renewable = approval.renewable;
        next.approved_by_name = approval.name;
        next.approved_by_email = approval.email;
        next.access_expires_at = Some(approval.expires_at);
        next.plan(attempt);
        let said = match approval.said {
            Granted::NotTold => Granted::Told(approval.asked_for),
            said => said,
        };
        let scopes_changed = next.take_on(said, requested);
        let granted = next.granted.clone();
        if first {
            draft.happened(Happening::Connected { granted });
        } else {
            draft.happened(Happening::Reconnected { granted });
            draft.happened(scopes_changed);
        }
        draft.done("")
    }

    /// Gorgias accepted the refresh token and gave new tokens. The answer may
    /// have waited in the journal: `now` is when it is stored.
    pub fn renewed(
        self,
        renewed: Renewed,
        requested: &ScopeSet,
        attempt: Attempted,
        now: Timestamp,
    ) -> Change {
        let cause = if self.failures > 0 {
            "Gorgias is answering again"
        } else {
            ""
        };
        let mut draft = Draft::of(self, now);
        let next = &mut draft.next;
        next.token_version += 1;
        next.renewable = true;
        next.proven(attempt.at);
        next.access_expires_at = Some(renewed.expires_at);
        next.plan(attempt);
        let scopes_changed = next.take_on(renewed.said, requested);
        draft.happened(scopes_changed);
        draft.done(cause)
    }

    /// Gorgias accepted the refresh token and gave another, but no usable
    /// access token. The old access token stays until it expires; the
    /// connection is not lost.
    pub fn left_over(self, failure: Failure, attempt: Attempted, now: Timestamp) -> Change {
        let mut draft = Draft::of(self, now);
        let next = &mut draft.next;
        next.token_version += 1;
        next.renewable = true;
        next.standing = Standing::Connected;
        next.fail(&failure, attempt);
        draft.done(&failure.sentence)
    }

    /// An attempt ended without a verdict. A lost connection stays lost.
    pub fn failed(self, failure: Failure, attempt: Attempted) -> Change {
        let mut draft = Draft::of(self, attempt.at);
        let next = &mut draft.next;
        if next.standing == Standing::Connected {
            next.fail(&failure, attempt);
        } else {
            next.attempted(attempt);
        }
        draft.done(&failure.sentence)
    }

    /// Gorgias refused the app's client id or secret (`invalid_client`), and no
    /// second refusal confirmed it yet.
    pub fn client_refused(self, failure: Failure, attempt: Attempted) -> Change {
        let mut change = self.failed(failure, attempt);
        if change.next.standing == Standing::Connected {
            change.next.0.due_at = Some(attempt.at.plus(PROBE_EVERY));
        }
        change
    }

    /// An attempt failed because of a known fault of the app. This changes no
    /// connection's state.
    pub fn app_refused(self, attempt: Attempted) -> Change {
        let mut draft = Draft::of(self, attempt.at);
        let next = &mut draft.next;
        if next.standing == Standing::Connected {
            next.try_again(Some(PROBE_EVERY), attempt);
        } else {
            next.attempted(attempt);
        }
        draft.done("")
    }

    /// The app's credentials were replaced during the request: the new ones are
    /// tried at once.
    pub fn credentials_replaced(self, attempt: Attempted) -> Change {
        let mut draft = Draft::of(self, attempt.at);
        let next = &mut draft.next;
        next.attempted(attempt);
        if next.standing == Standing::Connected {
            next.due_at = Some(attempt.at);
        }
        draft.done("")
    }

    /// So many connections were refused that the app is in doubt.
    pub fn refused_with_many(self, attempt: Attempted) -> Change {
        let mut draft = Draft::of(self, attempt.at);
        let next = &mut draft.next;
        next.attempted(attempt);
        next.due_at = Some(attempt.at.plus(PROBE_EVERY));
        draft.done("")
    }

    /// Gorgias refused the refresh token (`invalid_grant`), and refused it
    /// again on confirmation. `sentence` says so in plain words.
    pub fn refused(self, sentence: String, at: Timestamp) -> Change {
        let (cause, words) = if self.is_unproven() {
            (
                LossCause::RefusedAfterRestore,
                "Gorgias refused twice the access that came from a backup",
            )
        } else {
            (LossCause::Refused, "Gorgias refused our access twice")
        };
        self.lost(cause, sentence, words, at)
    }

    /// Gorgias' API answered 401 to a new access token.
    pub fn unauthorized(self, sentence: String, at: Timestamp) -> Change {
        let words = "Gorgias refused a token that it had just given";
        self.lost(LossCause::Unauthorized, sentence, words, at)
    }

    /// Only the customer can change this, so nothing is due any more.
    fn lost(self, cause: LossCause, sentence: String, words: &str, now: Timestamp) -> Change {
        let mut draft = Draft::of(self, now);
        let next = &mut draft.next;
        let at = match next.standing {
            Standing::Lost { at, .. } => at,
            Standing::Connected | Standing::NotConnected(_) => now,
        };
        next.standing = Standing::Lost { at, cause };
        next.last_attempt_at = Some(now);
        next.forget_failures();
        next.failure = Some(sentence);
        next.due_at = None;
        next.overdue_at = None;
        draft.done(words)
    }

    /// The connection was refused together with many others. It is not lost:
    /// the app had an incident.
    pub fn refusal_taken_back(self, now: Timestamp, interval: Span) -> Change {
        let mut draft = Draft::of(self, now);
        let next = &mut draft.next;
        next.standing = Standing::Connected;
        next.forget_failures();
        next.due_at = Some(now.plus(PROBE_EVERY));
        next.overdue_at = Some(token::overdue_at(now, interval));
        draft.done("many accounts were refused at once, so the app's own credentials are in doubt")
    }

    /// The attempts failed because of a fault of the app.
    pub fn failures_taken_back(self, now: Timestamp) -> Change {
        let mut draft = Draft::of(self, now);
        draft.next.forget_failures();
        draft.done("it is the app's own credentials that Gorgias refuses")
    }

    /// The connection can't be renewed. Until its access token expires, a check
    /// is planned for the time when it does.
    pub fn not_renewable(self, now: Timestamp, interval: Span) -> Change {
        let mut draft = Draft::of(self, now);
        let next = &mut draft.next;
        next.due_at = next
            .access_expires_at
            .filter(|at| *at > now)
            .map(|at| at.min(now.plus(interval)));
        draft.done("its access ran out and it could not renew itself")
    }

    /// A person disconnected it, and its tokens are forgotten.
    pub fn disconnected(self, by: String, revoked_upstream: bool, now: Timestamp) -> Change {
        let mut draft = Draft::of(self, now);
        let next = &mut draft.next;
        next.standing = Standing::NotConnected(Absence::OnPurpose { by, at: now });
        next.token_version += 1;
        next.renewable = false;
        next.missing_scopes = 0;
        next.scopes_unknown = false;
        next.access_expires_at = None;
        next.forget_failures();
        next.due_at = None;
        next.overdue_at = None;
        draft.happened(Happening::Disconnected { revoked_upstream });
        draft.done("")
    }

    /// The app requests other scopes now.
    pub fn scopes_requested(self, requested: &ScopeSet, now: Timestamp) -> Change {
        let mut draft = Draft::of(self, now);
        draft.next.missing_scopes = draft.next.missing(requested).len();
        draft.done("the app's requested permissions were changed")
    }
}

/// Parts of transitions.
impl State {
    /// Gorgias gave tokens at `at`.
    fn proven(&mut self, at: Timestamp) {
        self.standing = Standing::Connected;
        self.last_success_at = Some(at);
        self.last_attempt_at = Some(at);
        self.forget_failures();
    }

    /// Removes the failures since the last proof.
    fn forget_failures(&mut self) {
        self.failing_since = None;
        self.failures = 0;
        self.failure = None;
        self.failure_kind = None;
        self.refused_since = None;
    }

    fn fail(&mut self, failure: &Failure, attempt: Attempted) {
        self.failing_since = self.failing_since.or(Some(attempt.at));
        self.failure = Some(failure.sentence.clone());
        self.failure_kind = Some(failure.kind);
        if failure.kind.of_account() {
            self.refused_since = self.refused_since.or(Some(attempt.at));
        }
        self.try_again(failure.retry_after, attempt);
    }

    /// Plans the next attempt after one without a verdict.
    fn try_again(&mut self, asked: Option<Span>, attempt: Attempted) {
        self.attempted(attempt);
        self.failures = self.failures.saturating_add(1);
        self.due_at = Some(token::next_try(
            attempt.at,
            self.failures,
            attempt.interval,
            asked,
            attempt.jitter,
        ));
    }

    fn attempted(&mut self, attempt: Attempted) {
        self.last_attempt_at = Some(attempt.at);
        self.overdue_at = Some(token::overdue_at(attempt.at, attempt.interval));
    }

    /// Plans the next attempt after a proof, and when the connection is overdue.
    fn plan(&mut self, attempt: Attempted) {
        let Attempted {
            at,
            interval,
            jitter,
        } = attempt;
        let expires = self.access_expires_at.unwrap_or(at);
        if self.renewable {
            let due = token::next_check(at, expires, interval, NEEDED_LIFE, jitter);
            self.due_at = Some(due);
            self.overdue_at = Some(token::overdue_at(at, interval));
        } else {
            // Nothing to renew: the only thing left is to record the end.
            self.due_at = Some(expires.min(at.plus(interval)));
            self.overdue_at = None;
        }
    }

    /// Stores what an answer said about the scopes, and gives the event if they
    /// changed. If it can't be read, the scopes stay and are marked as unknown.
    fn take_on(&mut self, said: Granted, requested: &ScopeSet) -> Option<Happening> {
        let changed = match said {
            Granted::Told(scopes) => {
                self.scopes_unknown = false;
                let before = std::mem::replace(&mut self.granted, scopes);
                Happening::scopes_changed(&before, &self.granted)
            }
            Granted::NotTold => None,
            Granted::Unreadable => {
                self.scopes_unknown = true;
                None
            }
        };
        self.missing_scopes = self.missing(requested).len();
        changed
    }
}
