//! What people read about a connection's health: the sentence, its detail and
//! what to do. Pages, the machine API and mail all take the words from here.

mod retrying;

use crate::{
    failure::FailureKind,
    health::{Absence, Condition, Health, LossCause, Standing},
    scope::ScopeSet,
    time::Timestamp,
    zone::Zone,
};
pub use retrying::asks_for_a_look;

/// What a reader should do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing.
    Nothing,
    /// Send the customer a reconnect link.
    SendLink,
    /// Add the scope “offline” to the app; without it, no approval helps.
    AddOffline,
    /// Tell an operator; the customer can't help.
    TellOperator,
    /// Have an operator look at the worker.
    LookAtWorker,
    /// Look at the account at Gorgias.
    LookAtAccount,
}

/// The explanation of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// One sentence: what the state is.
    pub reason: String,
    /// One or two more sentences: what follows from it. May be empty.
    pub detail: String,
    /// What to do.
    pub next: NextStep,
}

/// Facts that explain a state but don't decide it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Background {
    /// Whether the app's fault is that many accounts in a row were refused.
    pub refused_in_a_row: bool,
    /// Whether the app doesn't request the scope “offline”. Without it Gorgias
    /// gives no refresh token.
    pub lacks_offline: bool,
    /// When the connection was last proven.
    pub last_success: Option<Timestamp>,
    /// When the next attempt is due.
    pub next_attempt: Option<Timestamp>,
    /// How the last attempt failed, if it did and this was stored.
    pub failure: Option<FailureKind>,
    /// Since when Gorgias answers but refuses this account.
    pub refused_since: Option<Timestamp>,
    /// Whether another account of the app was renewed since then.
    pub others_work: bool,
    /// Whether the permissions in Gorgias' last answer could not be read.
    pub scopes_unknown: bool,
    /// The zone in which the reader's times are written.
    pub zone: Zone,
}

/// What is wrong with an app that has a fault, in one or two sentences.
pub fn app_fault(refused_in_a_row: bool) -> &'static str {
    if refused_in_a_row {
        "Gorgias refused several accounts of this app, one right after the other."
    } else {
        "Gorgias refused our app's own credentials. Customers can't fix this."
    }
}

/// Explains the state that [`Health::of`] gives, in plain words.
pub fn explain(
    condition: &Condition,
    background: Background,
    missing: &ScopeSet,
    now: Timestamp,
) -> Explanation {
    let (reason, detail, next) = match Health::of(condition, now) {
        Health::SetupFault if background.refused_in_a_row => (
            app_fault(true).into(),
            "Usually that is the app's client secret, so an operator has to check it. Don't write to customers yet: no account is called Disconnected for it.".into(),
            NextStep::TellOperator,
        ),
        Health::SetupFault => (
            app_fault(false).into(),
            "An operator has to check the app's client ID and client secret. Don't write to customers: their accounts are as they were.".into(),
            NextStep::TellOperator,
        ),
        Health::NotConnected => match &condition.standing {
            Standing::NotConnected(Absence::OnPurpose { by, at }) => (
                format!("Disconnected on purpose by {by}, {}.", at.relative(now)),
                format!("We forgot the tokens on {}. To use the account again, its admin has to approve the app again.", at.absolute_in(background.zone)),
                NextStep::SendLink,
            ),
            _ => (
                "Invited, never finished.".into(),
                "Nobody has approved the app for this account yet.".into(),
                NextStep::SendLink,
            ),
        },
        Health::Disconnected => lost(condition, background, now),
        Health::StoppingSoon => (
            match condition.access_expires_at {
                Some(at) => format!("Can't renew itself. Stops {}.", at.absolute_in(background.zone)),
                None => "Can't renew itself.".into(),
            },
            without_offline(background).into(),
            after_running_out(background),
        ),
        Health::Unchecked => (
            "Last check is overdue. We can't vouch for this account.".into(),
            "Checks run in the background by themselves; an operator should see why they stopped.".into(),
            NextStep::LookAtWorker,
        ),
        Health::Retrying => return retrying::explain(condition, background, now),
        Health::Limited => (
            format!(
                "Working, but {} {} missing: {}.",
                missing.len(),
                if missing.len() == 1 { "permission is" } else { "permissions are" },
                missing.to_string().replace(' ', ", ")
            ),
            "The account's admin can approve them with a link; until then everything else works.".into(),
            NextStep::SendLink,
        ),
        Health::Working => (
            match background.last_success {
                Some(at) => format!("Checked {}. Renews by itself.", at.relative(now)),
                None => "Renews by itself.".into(),
            },
            if background.scopes_unknown {
                "Which permissions were granted isn't known: what Gorgias said about them couldn't be read. So we can't say whether any is missing.".into()
            } else {
                String::new()
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

/// Why a connection can't renew itself.
const fn without_offline(background: Background) -> &'static str {
    if background.lacks_offline {
        "The app doesn't ask for the scope “offline”, so Gorgias gives it nothing to renew its access with. An operator adds it; then the account's admin approves once more. A link alone doesn't help."
    } else {
        "The app was approved without permission to stay connected, or Gorgias gave it nothing to renew its access with. The account's admin approves once more."
    }
}

const fn after_running_out(background: Background) -> NextStep {
    if background.lacks_offline {
        NextStep::AddOffline
    } else {
        NextStep::SendLink
    }
}

fn lost(
    condition: &Condition,
    background: Background,
    now: Timestamp,
) -> (String, String, NextStep) {
    let ends = condition.access_expires_at;
    let (reason, detail) = match &condition.standing {
        Standing::Lost { at, cause } => (
            match cause {
                LossCause::RefusedAfterRestore => format!(
                    "Gorgias refused our access {}. Mooring was restored from a backup, so this may be a token that was replaced since.",
                    at.relative(now)
                ),
                LossCause::Refused | LossCause::Unauthorized => format!(
                    "Gorgias refused our access {}. Usually someone deactivated the app.",
                    at.relative(now)
                ),
            },
            match ends.filter(|_| *cause != LossCause::Unauthorized) {
                Some(end) if end > now => {
                    format!(
                        "Access stops {}. Only an admin of the account can approve us again.",
                        end.absolute_in(background.zone)
                    )
                }
                end => format!(
                    "Nothing has synced since {}. Only an admin of the account can approve us again.",
                    end.unwrap_or(*at).absolute_in(background.zone)
                ),
            },
        ),
        _ => {
            let reason = match ends {
                Some(at) => format!(
                    "Access ran out {}; it could not renew itself.",
                    at.relative(now)
                ),
                None => "Access ran out; it could not renew itself.".into(),
            };
            return (
                reason,
                without_offline(background).into(),
                after_running_out(background),
            );
        }
    };
    (reason, detail, NextStep::SendLink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

    fn fine() -> Condition {
        Condition {
            credentials_rejected_since: None,
            standing: Standing::Connected,
            renewable: true,
            access_expires_at: Some(NOW.plus(Span::hours(20))),
            failing_since: None,
            overdue_at: None,
            missing_scopes: 0,
        }
    }

    fn words(condition: &Condition) -> Explanation {
        let background = Background {
            last_success: Some(NOW.minus(Span::minutes(3))),
            next_attempt: Some(NOW.plus(Span::minutes(2))),
            ..Background::default()
        };
        let missing = "tags:read tickets:read".parse().unwrap_or_default();
        explain(condition, background, &missing, NOW)
    }

    #[test]
    fn working_has_no_countdown() {
        let e = words(&fine());
        assert_eq!(e.reason, "Checked 3 min ago. Renews by itself.");
        assert_eq!((e.detail.as_str(), e.next), ("", NextStep::Nothing));
    }

    #[test]
    fn permissions_that_are_not_known_are_called_so() {
        let background = Background {
            scopes_unknown: true,
            ..Background::default()
        };
        let e = explain(&fine(), background, &ScopeSet::default(), NOW);
        assert_eq!(e.reason, "Renews by itself.");
        assert!(e.detail.contains("isn't known"), "{}", e.detail);
    }

    #[test]
    fn limited_names_what_is_missing() {
        let e = words(&Condition {
            missing_scopes: 2,
            ..fine()
        });
        assert_eq!(
            e.reason,
            "Working, but 2 permissions are missing: tags:read, tickets:read."
        );
    }

    #[test]
    fn a_refusal_says_until_when_access_lasts() {
        let at = NOW.minus(Span::hours(2));
        let standing = Standing::Lost {
            at,
            cause: LossCause::Refused,
        };
        let alive = words(&Condition {
            standing: standing.clone(),
            ..fine()
        });
        assert_eq!(
            alive.reason,
            "Gorgias refused our access 2 h ago. Usually someone deactivated the app."
        );
        assert!(
            alive
                .detail
                .starts_with("Access stops Sun 29 Nov 2026, 08:05 UTC."),
            "{}",
            alive.detail
        );
        let dead = words(&Condition {
            standing,
            access_expires_at: Some(NOW),
            ..fine()
        });
        assert!(
            dead.detail.starts_with("Nothing has synced since"),
            "{}",
            dead.detail
        );
        let refused = words(&Condition {
            standing: Standing::Lost {
                at,
                cause: LossCause::Unauthorized,
            },
            ..fine()
        });
        assert!(
            refused.detail.starts_with("Nothing has synced since"),
            "a token that the API refuses doesn't work until it ends: {}",
            refused.detail
        );
    }

    /// security.md 85
    #[test]
    fn s85_a_token_from_a_backup_is_told_from_a_deactivation() {
        let lost = words(&Condition {
            standing: Standing::Lost {
                at: NOW.minus(Span::hours(2)),
                cause: LossCause::RefusedAfterRestore,
            },
            ..fine()
        });
        assert_eq!(
            lost.reason,
            "Gorgias refused our access 2 h ago. Mooring was restored from a backup, so this may be a token that was replaced since."
        );
        assert!(lost.detail.starts_with("Access stops"), "{}", lost.detail);
        assert_eq!(lost.next, NextStep::SendLink);
    }

    #[test]
    fn running_out_has_its_own_words() {
        let soon = words(&Condition {
            renewable: false,
            ..fine()
        });
        assert_eq!(
            soon.reason,
            "Can't renew itself. Stops Sun 29 Nov 2026, 08:05 UTC."
        );
        let out = words(&Condition {
            renewable: false,
            access_expires_at: Some(NOW.minus(Span::hours(1))),
            ..fine()
        });
        assert_eq!(
            out.reason,
            "Access ran out 1 h ago; it could not renew itself."
        );
    }

    #[test]
    fn a_link_is_offered_only_where_it_helps() {
        for ends in [NOW.plus(Span::hours(1)), NOW.minus(Span::hours(1))] {
            let condition = Condition {
                renewable: false,
                access_expires_at: Some(ends),
                ..fine()
            };
            for (lacks_offline, next) in [(true, NextStep::AddOffline), (false, NextStep::SendLink)]
            {
                let background = Background {
                    lacks_offline,
                    ..Background::default()
                };
                let e = explain(&condition, background, &ScopeSet::default(), NOW);
                assert_eq!(e.next, next);
                assert_eq!(
                    e.detail.contains("A link alone doesn't help"),
                    lacks_offline
                );
            }
        }
    }

    #[test]
    fn an_outage_asks_nothing_of_anybody() {
        let e = words(&Condition {
            failing_since: Some(NOW),
            ..fine()
        });
        assert_eq!(
            e.reason,
            "Gorgias isn't answering. Last fine 3 min ago; next try in 2 min."
        );
        assert_eq!(e.next, NextStep::Nothing);
    }

    #[test]
    fn a_fault_of_the_app_keeps_customers_out_of_it() {
        let e = words(&Condition {
            credentials_rejected_since: Some(NOW),
            ..fine()
        });
        assert_eq!(
            e.reason,
            "Gorgias refused our app's own credentials. Customers can't fix this."
        );
        assert_eq!(e.next, NextStep::TellOperator);
    }

    #[test]
    fn many_refusals_are_no_verdict_on_the_credentials() {
        let condition = Condition {
            credentials_rejected_since: Some(NOW),
            ..fine()
        };
        let background = Background {
            refused_in_a_row: true,
            ..Background::default()
        };
        let e = explain(&condition, background, &ScopeSet::default(), NOW);
        assert_eq!(
            e.reason,
            "Gorgias refused several accounts of this app, one right after the other."
        );
        assert_eq!(e.next, NextStep::TellOperator);
    }
}
