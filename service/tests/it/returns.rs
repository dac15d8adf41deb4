//! What happens while somebody is at Gorgias, and who comes back twice.

use crate::flow::{self, Flow, sub};
use domain::{error::AuthorizationProblem as Problem, health::Health, ids::LinkId, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::connections::{
    authorize,
    links::{self, LinkGone, LinkOptions, Opened, Withdrawal},
    result::{self, Outcome},
};
use simulator::Endpoint;

async fn link(f: &Flow, account: &str) -> (LinkId, SecretString) {
    let link = links::create(&f.owner, "returns", &sub(account), LinkOptions::default())
        .await
        .unwrap();
    let token = link.url.expose_secret().rsplit('/').next().unwrap().into();
    (link.id, token)
}

async fn begun_with(f: &Flow, token: &SecretString) -> authorize::Begun {
    authorize::begin_with_link(&f.world.services, token, None)
        .await
        .unwrap()
}

/// security.md 14: a code that brings no refresh token ends the one before.
#[tokio::test]
async fn s14_no_old_refresh_token_outlives_a_code_that_brought_none() {
    flow::each(async |f| {
        f.connect("acme").await;
        assert!(f.account("acme").await.refresh_token_stored.is_some());
        f.sim.account("acme").refresh_token(false);
        f.connect("acme").await;
        let account = f.account("acme").await;
        assert!(account.access_token_stored.is_some());
        assert!(account.refresh_token_stored.is_none());
        assert_eq!(account.row.health, Health::StoppingSoon);
        let tenant = f.owner.scope().tenant();
        for held in f.world.held(&f.world.services, tenant).await {
            assert!(held.refresh_token.is_none());
        }
    })
    .await;
}

/// A link that is withdrawn, or used by somebody else, while its code is being
/// handed in brings nothing. The look before the exchange can't see it.
#[tokio::test]
async fn a_link_that_ends_while_its_code_is_handed_in_brings_nothing() {
    flow::each(async |f| {
        for used in [false, true] {
            let name = if used { "used" } else { "withdrawn" };
            let (id, token) = link(&f, name).await;
            let back = f.approve(&begun_with(&f, &token).await);
            let rival = f.approve(&begun_with(&f, &token).await);
            f.sim.account(name).hold(Endpoint::Token);
            let held = f.complete(back);
            let meanwhile = async {
                f.sim.wait_for(name, Endpoint::Token, 1).await;
                f.sim.account(name).let_others_pass(Endpoint::Token);
                if used {
                    let outcome = f.ends(rival).await;
                    assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
                } else {
                    links::revoke(&f.owner, id).await.unwrap();
                }
                let stored = f.account(name).await.access_token_stored;
                f.sim.account(name).release(Endpoint::Token);
                stored
            };
            let (ended, before) = tokio::join!(held, meanwhile);
            let problem = Problem::LinkGone;
            assert_eq!(
                f.outcome(ended.unwrap()).await,
                Outcome::Failed { problem },
                "{name}"
            );
            let account = f.account(name).await;
            assert_eq!(account.access_token_stored, before, "{name}");
            let health = if used {
                Health::Working
            } else {
                Health::NotConnected
            };
            assert_eq!(account.row.health, health);
        }
    })
    .await;
}

/// Whoever withdraws a link that somebody else is withdrawing is told so.
#[tokio::test]
async fn of_many_who_withdraw_a_link_at_once_one_does() {
    flow::each(async |f| {
        let (id, _) = link(&f, "acme").await;
        let all = (0..8).map(|_| links::revoke(&f.owner, id));
        let ends = futures::future::join_all(all).await;
        let done = |end: &&Result<Withdrawal, _>| matches!(end, Ok(Withdrawal::Done));
        assert_eq!(ends.iter().filter(done).count(), 1, "{ends:?}");
        let timeline = f.timeline("acme").await;
        let withdrawn = timeline.iter().filter(|kind| **kind == "link_revoked");
        assert_eq!(withdrawn.count(), 1, "{timeline:?}");
    })
    .await;
}

/// A result is stored with the tokens: whatever happens afterwards, it says no
/// less than what lasts.
#[tokio::test]
async fn s84_tokens_and_result_are_stored_in_one_transaction() {
    flow::each(async |f| {
        let callback = f.approved("acme").await;
        f.world.statements.take();
        f.complete(callback).await.unwrap();
        let asked = f.world.statements.take();
        let at = |part: &str| asked.iter().position(|sql| sql.contains(part)).unwrap();
        let tokens = at("INTO \"credentials\"");
        let result = tokens
            + asked[tokens..]
                .iter()
                .position(|sql| sql.starts_with("UPDATE \"authorizations\""))
                .expect("the result is stored after the tokens");
        let between = &asked[tokens..result];
        assert!(
            !between.iter().any(|sql| sql.starts_with("BEGIN")),
            "{between:?}"
        );
    })
    .await;
}

/// Whichever way an account comes back, its open links have done their work.
#[tokio::test]
async fn an_approval_ends_all_links_of_its_account() {
    flow::each(async |f| {
        let (_, one) = link(&f, "acme").await;
        let (_, two) = link(&f, "acme").await;
        let (_, others) = link(&f, "bolt").await;
        f.connect("acme").await;
        let open = async |token: &SecretString| match links::open(&f.world.services, token).await {
            Ok(Opened::Usable(link)) => Ok(link.subdomain),
            Ok(Opened::Gone(gone, _)) => Err(gone),
            other => panic!("{other:?}"),
        };
        assert_eq!(open(&one).await, Err(LinkGone::Used));
        assert_eq!(open(&two).await, Err(LinkGone::Used));
        assert_eq!(open(&others).await, Ok(sub("bolt")));

        let (_, three) = link(&f, "acme").await;
        let (_, four) = link(&f, "acme").await;
        let begun = begun_with(&f, &three).await;
        f.ends(f.approve(&begun)).await;
        assert_eq!(open(&four).await, Err(LinkGone::Used));
        let failed = f.begun("bolt").await;
        f.ends(f.refuse(&failed)).await;
        assert_eq!(open(&others).await, Ok(sub("bolt")), "nothing came back");
    })
    .await;
}

/// security.md 84: whoever comes again, with the same code or another, is led to
/// the first one's result: to one that worked, and to one that failed.
#[tokio::test]
async fn s84_a_second_arrival_sees_the_result_of_the_first() {
    flow::each(async |f| {
        let begun = f.begun("acme").await;
        let url = f.sim.approve(begun.url.as_str()).unwrap();
        let first = f.complete(f.back(&begun, &url)).await.unwrap();
        let other_code = f.sim.approve(begun.url.as_str()).unwrap();
        for again in [
            f.back(&begun, &url),
            f.back(&begun, &other_code),
            f.made_up(&begun),
            f.refuse(&begun),
        ] {
            assert_eq!(f.complete(again).await, Ok(first));
        }
        // Also once the cookie is gone; but not in another browser, cookie or not.
        let mut bare = f.back(&begun, &url);
        bare.sealed = None;
        assert_eq!(f.complete(bare).await, Ok(first));
        let mut elsewhere = f.back(&begun, &url);
        elsewhere.browser = f.world.browser();
        assert_eq!(f.complete(elsewhere).await, Err(Problem::StateUnknown));
        assert_eq!(f.sim.token_requests("acme").len(), 1);
        assert!(matches!(f.outcome(first).await, Outcome::Approved { .. }));

        let failed = f.begun("acme").await;
        let first = f.complete(f.refuse(&failed)).await.unwrap();
        assert_eq!(f.complete(f.approve(&failed)).await, Ok(first));
        assert!(matches!(f.outcome(first).await, Outcome::Failed { .. }));
        assert_eq!(f.sim.token_requests("acme").len(), 1);
    })
    .await;
}

/// security.md 84: who comes while the first is under way waits on the page of the
/// result, which says so if nothing ever came of it.
#[tokio::test]
async fn s84_a_result_that_is_not_there_yet_is_waited_for() {
    flow::each(async |f| {
        let begun = f.begun("acme").await;
        let url = f.sim.approve(begun.url.as_str()).unwrap();
        f.sim.account("acme").hold(Endpoint::Token);
        let meanwhile = async {
            f.sim.wait_for("acme", Endpoint::Token, 1).await;
            let id = f.complete(f.back(&begun, &url)).await.unwrap();
            assert_eq!(f.outcome(id).await, Outcome::UnderWay);
            f.world.clock.advance(Span::minutes(2));
            let problem = Problem::Unavailable;
            assert_eq!(f.outcome(id).await, Outcome::Failed { problem });
            f.sim.account("acme").release(Endpoint::Token);
            id
        };
        let (first, second) = tokio::join!(f.complete(f.back(&begun, &url)), meanwhile);
        assert_eq!(first, Ok(second));
        assert!(matches!(f.outcome(second).await, Outcome::Approved { .. }));
        let services = &f.world.services;
        let other = f.world.browser();
        let elsewhere = result::show(services, f.app.id, second, &other).await;
        assert_eq!(elsewhere.unwrap(), None);
    })
    .await;
}
