//! Nothing is written before a callback, so nothing can be flooded.

use crate::flow::{self, Flow, sub};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{error::AuthorizationProblem as Problem, health::Health, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::connections::{
    authorize, complete,
    links::{self, LinkOptions},
    result::Outcome,
    token,
};

async fn rows(f: &Flow) -> u64 {
    f.world.authorizations(f.owner.scope().tenant()).await
}

/// security.md 21, 71: 4,000 installs in the middle of an approval, one of each origin.
#[tokio::test]
async fn s71_four_thousand_installs_lose_nobodys_approval() {
    flow::each(async |f| {
        f.connect("known").await;
        let customer = f.begun("acme").await;
        let operator = f.begun_by_owner("bolt").await;
        let link = links::create(&f.owner, "returns", &sub("crate"), LinkOptions::default())
            .await
            .unwrap();
        let link: SecretString = link.url.expose_secret().rsplit('/').next().unwrap().into();
        let by_link = authorize::begin_with_link(&f.world.services, &link, None)
            .await
            .unwrap();
        let before = rows(&f).await;
        f.world.statements.take();
        for _ in 0..4_000 {
            authorize::begin_install(&f.world.services, f.app.id, &sub("acme"))
                .await
                .unwrap();
        }
        assert_eq!(f.world.statements.take(), [""; 0], "all from memory");
        assert_eq!(rows(&f).await, before);

        let minute = Span::minutes(1);
        let read = token::read(&f.owner, "returns", &sub("known"), minute).await;
        assert!(read.is_ok(), "token reads answer");
        let id = f.complete_as(f.approve(&operator), f.owner.person()).await;
        assert!(matches!(
            f.outcome(id.unwrap()).await,
            Outcome::Approved { .. }
        ));
        for begun in [customer, by_link] {
            let outcome = f.ends(f.approve(&begun)).await;
            assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
        }
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// security.md 71: pressing a link's button again and again writes once.
#[tokio::test]
async fn s71_a_links_button_writes_once() {
    flow::each(async |f| {
        let link = links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        let token: SecretString = link.url.expose_secret().rsplit('/').next().unwrap().into();
        let press = async || {
            authorize::begin_with_link(&f.world.services, &token, None)
                .await
                .unwrap();
        };
        press().await;
        f.world.statements.take();
        for _ in 0..10 {
            press().await;
        }
        assert_eq!(f.world.statements.count("BEGIN to write"), 0);
    })
    .await;
}

/// security.md 71: refusals that anybody can bring are written down so often and
/// no more, and don't fill anybody's timeline.
#[tokio::test]
async fn s71_made_up_refusals_stop_being_written() {
    flow::each(async |f| {
        f.connect("acme").await;
        let timeline = async || f.timeline("acme").await.len();
        let (rows_before, events_before) = (rows(&f).await, timeline().await);
        for n in 0..80 {
            let begun = f.begun("acme").await;
            let ended = f.complete(f.refuse(&begun)).await;
            assert_eq!(ended.is_ok(), n < 60, "{n}");
        }
        assert_eq!(rows(&f).await - rows_before, 60);
        assert_eq!(timeline().await - events_before, 60);
        for _ in 0..5 {
            // A known account's codes are tried all the same, without a word in its timeline.
            f.ends(f.made_up(&f.begun("acme").await)).await;
        }
        assert_eq!(timeline().await - events_before, 60);
        f.connect("acme").await;
    })
    .await;
}

/// security.md 71: what was sealed before a rotation opens after it: of master keys,
/// in a process that has the new one alone.
#[tokio::test]
async fn s71_a_new_master_key_spoils_no_approval() {
    flow::each(async |f| {
        let begun = f.begun("acme").await;
        let new = f.world.new_master_key();
        let both = format!(
            "{},{}",
            new.expose_secret(),
            f.world.master_keys.expose_secret()
        );
        let rotating = f.world.process_under(&both.into()).await;
        rotating.vault().rewrap(&rotating).await.unwrap();
        let after = f.world.process_under(&new).await;
        let id = complete::complete(&after, f.app.id, f.approve(&begun), None)
            .await
            .unwrap();
        assert!(matches!(f.outcome(id).await, Outcome::Approved { .. }));
    })
    .await;
}

/// security.md 71: and of data keys, in processes that know the new one and in those
/// that don't yet. Long after, the old one opens nothing more.
#[tokio::test]
async fn s71_a_new_data_key_spoils_no_approval() {
    flow::each(async |f| {
        let before = f.begun("acme").await;
        let retire = format!(
            "UPDATE data_keys SET retired_at = {} WHERE tenant_id IS NULL",
            f.world.clock_now().0
        );
        assert_eq!(f.world.past(&retire).await, 1);
        let later = f.world.second_process().await;
        later.vault().check(&later).await.unwrap();
        let by_new = authorize::begin_install(&later, f.app.id, &sub("bolt"))
            .await
            .unwrap();
        let by_old = f.begun("crate").await;
        for begun in [&before, &by_new, &by_old] {
            let outcome = f.ends(f.approve(begun)).await;
            assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
        }
        let id = complete::complete(&later, f.app.id, f.approve(&f.begun("dock").await), None);
        assert!(id.await.is_ok());
        f.advance(Span::minutes(2));
        let young = f.begun("eden").await;
        f.advance(Span::minutes(9));
        let outcome = f.ends(f.approve(&young)).await;
        assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");

        // Who has the old key and makes up a cookie under it comes too late.
        let fresh = f.begun("fort").await;
        let long_ago = f.world.clock_now().minus(Span::minutes(15)).0;
        let retire =
            format!("UPDATE data_keys SET retired_at = {long_ago} WHERE tenant_id IS NULL");
        assert_eq!(f.world.past(&retire).await, 2);
        assert_eq!(
            f.complete(f.approve(&fresh)).await,
            Err(Problem::StateUnknown)
        );
    })
    .await;
}

/// security.md 3, 71: since when an authorization is under way stands in its
/// cookie for all to see, but nobody makes it younger.
#[tokio::test]
async fn s71_what_a_cookie_shows_can_not_be_changed() {
    flow::each(async |f| {
        let begun = f.begun("acme").await;
        let url = f.sim.approve(begun.url.as_str()).unwrap();
        f.advance(Span::minutes(10));
        let cookie = begun.cookie.value.expose_secret();
        let mut cookie = BASE64_URL_SAFE_NO_PAD.decode(cookie).unwrap();
        // Behind the format and the kind of origin.
        cookie[2..10].copy_from_slice(&f.world.clock_now().0.to_be_bytes());
        let younger = complete::Callback {
            sealed: Some(BASE64_URL_SAFE_NO_PAD.encode(cookie).into()),
            ..f.back(&begun, &url)
        };
        assert_eq!(f.complete(younger).await, Err(Problem::StateUnknown));
    })
    .await;
}

/// security.md 71: during an upgrade, states of the version before are accepted.
#[tokio::test]
async fn s71_a_state_that_the_version_before_stored_is_accepted() {
    flow::each(async |f| {
        let (state, browser) = (f.world.browser(), f.world.browser());
        let app = (f.owner.scope().tenant(), f.app.id);
        let nonce = f
            .world
            .begun_by_the_version_before(app, "acme", &state, &browser)
            .await;
        let mut url = f.begun("acme").await.url;
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let others = pairs.iter().filter(|(k, _)| k != "state" && k != "nonce");
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair("state", state.expose_secret())
            .append_pair("nonce", &nonce);
        let approved = f.sim.approve(url.as_str()).unwrap();
        let back = |browser: &SecretString| complete::Callback {
            browser: browser.clone(),
            ..flow::callback(&approved)
        };
        let elsewhere = back(&f.browser);
        assert_eq!(f.complete(elsewhere).await, Err(Problem::StateUnknown));
        // Nor with another app (7), before or after it was used up.
        let other = f.world.app(&f.owner, "orders").await;
        let with_other = async || {
            let services = &f.world.services;
            let ended = complete::complete(services, other.id, back(&browser), None).await;
            let unknown = complete::CallbackError::Refused(Problem::StateUnknown);
            assert_eq!(ended.unwrap_err().to_string(), unknown.to_string());
        };
        with_other().await;
        let id = f.complete(back(&browser)).await.unwrap();
        assert_eq!(f.complete(back(&browser)).await, Ok(id), "used up");
        with_other().await;
        assert_eq!(f.sim.token_requests("acme").len(), 1);
        assert_eq!(f.account("acme").await.row.health, Health::Working);

        let late = f.world.browser();
        let world = &f.world;
        world
            .begun_by_the_version_before(app, "acme", &late, &browser)
            .await;
        f.advance(Span::minutes(10));
        let late = complete::Callback {
            state: late,
            ..back(&browser)
        };
        let refused = Err(Problem::StateUnknown);
        assert_eq!(f.complete(late).await, refused, "ten minutes");
    })
    .await;
}
