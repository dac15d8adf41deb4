//! Authorizations: what is accepted, what is refused, what is stored.

use crate::flow::{self, callback, sub};
use domain::{error::AuthorizationProblem as Problem, health::Health, time::Span};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use service::{
    apps::{edit, form::AppForm},
    connections::{
        complete::{self, Callback, CallbackError},
        result::{self, Outcome},
    },
};
use simulator::{CallbackIss, IdToken};

#[tokio::test]
async fn an_install_connects_the_account_and_says_who_approved() {
    flow::each(async |f| {
        let outcome = f.ends(f.approved("acme").await).await;
        let Outcome::Approved { by, granted, first } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((by.as_deref(), first), (Some("Ann Lee"), true));
        assert!(granted.contains("tickets:read"));
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::Working);
        assert_eq!(account.approved_by_name.as_deref(), Some("Ann Lee"));
        assert!(account.access_token_stored.is_some() && account.refresh_token_stored.is_some());
        assert_eq!(f.timeline("acme").await, ["connected", "health_changed"]);
    })
    .await;
}

/// security.md 1, 84: a state that was used up is known before anything else is
/// done, and again by the unique digest, which alone holds for two at once. That
/// it is the same browser's is asked for at both.
#[tokio::test]
async fn s01_the_same_callback_twice_makes_one_token_request() {
    flow::each(async |f| {
        let begun = f.begun("acme").await;
        let back = f.sim.approve(begun.url.as_str()).unwrap();
        let (a, b) = tokio::join!(
            f.complete(f.back(&begun, &back)),
            f.complete(f.back(&begun, &back))
        );
        assert_eq!(a, b, "both are led to the one result");
        assert_eq!(f.complete(f.back(&begun, &back)).await, a, "in a row");
        assert_eq!(f.sim.token_requests("acme").len(), 1);
        assert!(matches!(
            f.outcome(a.unwrap()).await,
            Outcome::Approved { .. }
        ));
    })
    .await;
}

/// security.md 2
#[tokio::test]
async fn s02_a_state_from_another_browser_is_refused_and_not_used_up() {
    flow::each(async |f| {
        let begun = f.begun("acme").await;
        let url = f.sim.approve(begun.url.as_str()).unwrap();
        let other = f.begun("acme").await;
        let mut changed = begun.cookie.value.expose_secret().to_owned();
        // One letter within what is sealed.
        let letter = if changed.ends_with('A') { "B" } else { "A" };
        changed.replace_range(
            60..61,
            if &changed[60..61] == letter {
                "C"
            } else {
                letter
            },
        );
        for sealed in [
            None,
            Some(other.cookie.value.clone()),
            Some(SecretString::from("A".repeat(400))),
            Some(SecretString::from("")),
            Some(SecretString::from(changed)),
        ] {
            let from_elsewhere = Callback {
                sealed,
                browser: f.world.browser(),
                ..callback(&url)
            };
            assert_eq!(f.complete(from_elsewhere).await, Err(Problem::StateUnknown));
        }
        assert!(f.sim.token_requests("acme").is_empty());
        f.complete(f.back(&begun, &url)).await.unwrap();
    })
    .await;
}

/// security.md 3
#[tokio::test]
async fn s03_a_state_lives_ten_minutes_and_survives_a_restart() {
    flow::each(async |f| {
        let old = f.approved("acme").await;
        f.advance(Span::minutes(10));
        assert_eq!(f.complete(old).await, Err(Problem::StateUnknown));
        let young = f.approved("acme").await;
        let restarted = f.world.second_process().await;
        let id = complete::complete(&restarted, f.app.id, young, None)
            .await
            .unwrap();
        assert!(matches!(f.outcome(id).await, Outcome::Approved { .. }));
    })
    .await;
}

/// security.md 5
#[tokio::test]
async fn s05_another_issuer_is_refused_before_any_token_request() {
    flow::each(async |f| {
        f.sim.account("acme").callback_iss(CallbackIss::Wrong);
        let outcome = f.ends(f.approved("acme").await).await;
        assert_eq!(
            outcome,
            Outcome::Failed {
                problem: Problem::WrongAccount {
                    expected: sub("acme")
                }
            }
        );
        assert!(f.sim.token_requests("acme").is_empty());
        f.sim.account("acme").callback_iss(CallbackIss::On);
        f.connect("acme").await;
    })
    .await;
}

/// security.md 6
#[tokio::test]
async fn s06_what_an_operator_began_only_they_bring_back() {
    flow::each(async |f| {
        let begun = f.begun_by_owner("acme").await;
        let url = f.sim.approve(begun.url.as_str()).unwrap();
        let back = || f.back(&begun, &url);
        assert_eq!(
            f.complete(back()).await,
            Err(Problem::OtherPerson),
            "signed out"
        );
        let somebody = f.world.owner("pier").await.person();
        assert_eq!(
            f.complete_as(back(), somebody).await,
            Err(Problem::OtherPerson)
        );
        assert!(f.sim.token_requests("acme").is_empty());
        f.complete_as(back(), f.owner.person()).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// security.md 6: also the role is looked at again.
#[tokio::test]
async fn s06_an_operator_whose_role_went_while_they_were_at_gorgias_brings_nothing_back() {
    flow::each(async |f| {
        let person = f.owner.person().unwrap();
        for change in [
            "UPDATE memberships SET role = 'success' WHERE person_id = ",
            "DELETE FROM memberships WHERE person_id = ",
        ] {
            let begun = f.begun_by_owner("acme").await;
            let back = f.approve(&begun);
            let change = format!("{change}{}", f.world.uuid(person.0));
            assert_eq!(f.world.past(&change).await, 1);
            assert_eq!(
                f.complete_as(back, Some(person)).await,
                Err(Problem::RoleGone),
                "{change}"
            );
        }
        assert!(f.sim.token_requests("acme").is_empty());
    })
    .await;
}

/// security.md 7
#[tokio::test]
async fn s07_one_apps_code_is_not_taken_with_anothers_state() {
    flow::each(async |f| {
        let other = f.world.app(&f.owner, "loyalty").await;
        let back = f.approved("acme").await;
        let refused = complete::complete(&f.world.services, other.id, back, None).await;
        assert!(matches!(
            refused,
            Err(CallbackError::Refused(Problem::StateUnknown))
        ));
        assert!(f.sim.token_requests("acme").is_empty());
    })
    .await;
}

/// security.md 13
#[tokio::test]
async fn s13_a_refusal_is_explained_and_the_tokens_stay() {
    flow::each(async |f| {
        f.connect("acme").await;
        let outcome = f.ends(f.refuse(&f.begun("acme").await)).await;
        assert_eq!(
            outcome,
            Outcome::Failed {
                problem: Problem::Refused {
                    code: "access_denied".into()
                }
            }
        );
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        assert_eq!(f.timeline("acme").await.last(), Some(&"not_approved"));
    })
    .await;
}

/// security.md 14, first half
#[tokio::test]
async fn s14_a_grant_without_refresh_token_is_stopping_soon() {
    flow::each(async |f| {
        f.sim.account("acme").refresh_token(false);
        f.connect("acme").await;
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::StoppingSoon);
        assert!(account.refresh_token_stored.is_none());
        f.advance(Span::hours(25));
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::Disconnected);
        assert!(account.row.explanation.reason.starts_with("Access ran out"));
    })
    .await;
}

/// security.md 15
#[tokio::test]
async fn s15_narrower_and_wider_scopes_are_recorded() {
    flow::each(async |f| {
        f.sim
            .account("acme")
            .granted_scope(Some("openid email profile offline tags:read voice:read"));
        f.connect("acme").await;
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::Limited);
        assert_eq!(account.comparison.missing.to_string(), "tickets:read");
        assert_eq!(account.comparison.extra.to_string(), "tags:read voice:read");
        assert_eq!(account.comparison.unknown.to_string(), "voice:read");
    })
    .await;
}

/// security.md 19
#[tokio::test]
async fn s19_a_bad_id_token_refuses_the_exchange() {
    flow::each(async |f| {
        for bad in [
            IdToken::WrongNonce,
            IdToken::NoNonce,
            IdToken::WrongAud,
            IdToken::WrongIss,
            IdToken::Expired,
            IdToken::AlgNone,
            IdToken::Garbage,
        ] {
            let said = format!("{bad:?}");
            f.sim.account("acme").id_token(bad);
            let outcome = f.ends(f.approved("acme").await).await;
            assert!(
                matches!(outcome, Outcome::Failed { .. }),
                "{said}: {outcome:?}"
            );
        }
        for good in [IdToken::TextAud, IdToken::TextSub, IdToken::Absent] {
            f.sim.account("acme").id_token(good);
            f.connect("acme").await;
        }
    })
    .await;
}

/// security.md 20
#[tokio::test]
async fn s20_another_accounts_tokens_are_refused_and_the_old_stay() {
    flow::each(async |f| {
        f.connect("acme").await;
        let before = f.account("acme").await;
        f.sim.account("acme").token_account(Some("other"));
        let outcome = f.ends(f.approved("acme").await).await;
        assert_eq!(
            outcome,
            Outcome::Failed {
                problem: Problem::WrongAccount {
                    expected: sub("acme")
                }
            }
        );
        let after = f.account("acme").await;
        assert_eq!(after.row.health, Health::Working);
        assert_eq!(after.access_token_stored, before.access_token_stored);
        f.sim.account("acme").token_account(None);
        f.advance(Span::minutes(1));
        f.connect("acme").await;
        assert!(
            f.account("acme").await.access_token_stored > before.access_token_stored,
            "swapped"
        );
        assert!(f.timeline("acme").await.contains(&"reconnected"));
    })
    .await;
}

/// security.md 20, by the account's own word
#[tokio::test]
async fn s20_the_account_itself_is_asked_where_the_scope_allows_it() {
    flow::each(async |f| {
        f.sim
            .account("acme")
            .granted_scope(Some("openid offline account:read"))
            .account_domain(Some("other"));
        let outcome = f.ends(f.approved("acme").await).await;
        assert_eq!(
            outcome,
            Outcome::Failed {
                problem: Problem::WrongAccount {
                    expected: sub("acme")
                }
            }
        );
    })
    .await;
}

/// security.md 20: an answer that doesn't say what is granted grants what was asked for
#[tokio::test]
async fn s20_the_account_is_asked_too_where_the_answer_tells_no_scope() {
    flow::each(async |f| {
        let form = AppForm {
            scopes: ["openid", "offline", "account:read"]
                .map(str::to_owned)
                .into(),
            ..f.form()
        };
        edit::edit(&f.owner, f.app.id, &form).await.unwrap();
        f.sim
            .account("acme")
            .token_member("scope", Value::Null)
            .account_domain(Some("other"));
        let outcome = f.ends(f.approved("acme").await).await;
        let expected = sub("acme");
        let problem = Problem::WrongAccount { expected };
        assert_eq!(outcome, Outcome::Failed { problem });
    })
    .await;
}

#[tokio::test]
async fn a_result_is_for_the_browser_that_brought_it() {
    flow::each(async |f| {
        let id = f.complete(f.approved("acme").await).await.unwrap();
        let other = f.world.browser();
        assert_eq!(
            result::show(&f.world.services, f.app.id, id, &other)
                .await
                .unwrap(),
            None
        );
        assert!(matches!(f.outcome(id).await, Outcome::Approved { .. }));
    })
    .await;
}
