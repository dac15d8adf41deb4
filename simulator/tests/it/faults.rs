//! Ways to fail, seen from the caller.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use futures::StreamExt as _;
use reqwest::header::{CONTENT_ENCODING, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, redirect};
use serde_json::json;
use simulator::{Endpoint, Fault, RetryAfter};

use crate::support::{CLIENT, SCOPE, SECRET, World, text, world};

/// One refresh with the answer as it is.
async fn refresh(world: &World, token: &str) -> Result<Response, reqwest::Error> {
    world
        .http
        .post(world.url("acme", "/oauth/token"))
        .basic_auth(CLIENT, Some(SECRET))
        .form(&[("grant_type", "refresh_token"), ("refresh_token", token)])
        .send()
        .await
}

#[tokio::test]
async fn a_queue_of_faults_then_the_lasting_one_then_none() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = acme.grant(CLIENT, SCOPE).refresh_token;
    acme.fail_once(Endpoint::Token, Fault::server_error())
        .fail_once(
            Endpoint::Token,
            Fault::json(418, &json!({"error": "teapot"})).with_header("x-cup", "1"),
        )
        .fail_always(Endpoint::Token, Fault::status(503));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(refresh(&world, &token).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [500, 418, 503, 503]);
    acme.heal(Endpoint::Token);
    assert_eq!(refresh(&world, &token).await.unwrap().status(), 200);
    let log = world.simulator.refreshes("acme");
    assert_eq!(log[1].error.as_deref(), Some("teapot"));
    assert!(log[3].fault && !log[4].fault);
}

#[tokio::test]
async fn a_fault_everywhere_spares_accounts_with_their_own() {
    let world = world().await;
    let token = world.simulator.account("acme").grant(CLIENT, SCOPE);
    let down = Some(Fault::server_error());
    world.simulator.fail_everywhere(Endpoint::Token, down);
    let (status, _) = world.refresh("acme", &token.refresh_token).await;
    assert_eq!(status, 500);
    world.simulator.fail_everywhere(Endpoint::Token, None);
    let (status, _) = world.refresh("acme", &token.refresh_token).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn too_many_requests_with_every_retry_after() {
    let world = world().await;
    world.simulator.freeze_time(784_111_777);
    let acme = world.simulator.account("acme");
    for (fault, header) in [
        (Fault::too_many_requests(), None),
        (Fault::retry_after(RetryAfter::Seconds(7)), Some("7")),
        (
            Fault::retry_after(RetryAfter::DateIn(60)),
            Some("Sun, 06 Nov 1994 08:50:37 GMT"),
        ),
        (
            Fault::retry_after(RetryAfter::Text("99999999999999999999".into())),
            Some("99999999999999999999"),
        ),
    ] {
        acme.fail_once(Endpoint::Token, fault);
        let answer = refresh(&world, "x").await.unwrap();
        assert_eq!(answer.status(), 429);
        let seen = answer.headers().get(RETRY_AFTER);
        assert_eq!(seen.map(|value| value.to_str().unwrap()), header);
    }
}

#[tokio::test]
async fn oauth_errors_on_demand() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.fail_once(Endpoint::Token, Fault::invalid_grant())
        .fail_once(Endpoint::Token, Fault::invalid_client());
    let (status, body) = world.refresh("acme", "x").await;
    assert_eq!(
        (status.as_u16(), text(&body, "error")),
        (400, "invalid_grant")
    );
    let (status, body) = world.refresh("acme", "x").await;
    assert_eq!(
        (status.as_u16(), text(&body, "error")),
        (401, "invalid_client")
    );
    acme.change(|to| {
        to.invalid_grant_status = 401;
        to.wrong_secret_is_invalid_grant = true;
    });
    world.simulator.rotate_secret(CLIENT, "new");
    let (status, body) = world.refresh("acme", "x").await;
    assert_eq!(
        (status.as_u16(), text(&body, "error")),
        (401, "invalid_grant")
    );
}

#[tokio::test]
async fn bodies_that_are_no_token_response() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    for fault in [
        Fault::html(),
        Fault::invalid_utf8(),
        Fault::truncated_json(),
        Fault::deep_json(),
    ] {
        acme.fail_once(Endpoint::Token, fault.clone());
        let answer = refresh(&world, "x").await.unwrap();
        assert_eq!(answer.status(), 200);
        let body = answer.bytes().await.unwrap();
        let parsed = serde_json::from_slice::<serde_json::Value>(&body);
        assert!(parsed.is_err(), "{fault:?}");
    }
    acme.fail_once(Endpoint::Token, Fault::invalid_utf8());
    let body = refresh(&world, "x").await.unwrap().bytes().await.unwrap();
    assert!(std::str::from_utf8(&body).is_err());
}

#[tokio::test]
async fn bodies_that_are_too_big() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.fail_once(Endpoint::Token, Fault::big_body())
        .fail_once(Endpoint::Token, Fault::gzip_bomb());
    let body = refresh(&world, "x").await.unwrap().bytes().await.unwrap();
    assert!(body.len() >= 10_000_000);

    let packed = Client::builder().no_gzip().build().unwrap();
    let answer = packed
        .post(world.url("acme", "/oauth/token"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip");
    let packed = answer.bytes().await.unwrap();
    assert!(packed.len() < 1_000_000, "{} bytes", packed.len());
}

#[tokio::test]
async fn the_bomb_unpacks_to_what_was_asked() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let two: Fault = simulator::FaultKind::GzipBomb { bytes: 2 << 20 }.into();
    acme.fail_once(Endpoint::Token, two);
    let packed = refresh(&world, "x").await.unwrap().bytes().await.unwrap();
    let mut body = Vec::new();
    GzDecoder::new(&*packed).read_to_end(&mut body).unwrap();
    assert_eq!(body.len(), 2 << 20);
    assert!(body.iter().all(|byte| *byte == b' '));
}

#[tokio::test]
async fn a_drip_comes_byte_by_byte() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let drip: Fault = simulator::FaultKind::Drip { interval_ms: 1 }.into();
    acme.fail_once(Endpoint::Token, drip);
    let mut body = refresh(&world, "x").await.unwrap().bytes_stream();
    let mut all = body.next().await.unwrap().unwrap().to_vec();
    assert_eq!(all, b"{");
    while let Some(piece) = body.next().await {
        all.extend(piece.unwrap());
    }
    let parsed: serde_json::Value = serde_json::from_slice(&all).unwrap();
    assert_eq!(parsed["access_token"], "slow");

    acme.fail_once(Endpoint::Token, Fault::drip());
    let mut body = refresh(&world, "x").await.unwrap().bytes_stream();
    let soon = tokio::time::timeout(Duration::from_millis(300), body.next());
    assert!(soon.await.is_err(), "the first byte takes a second");
}

#[tokio::test]
async fn a_redirect_leads_elsewhere() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let target = world.url("elsewhere", "/oauth/token");
    acme.fail_once(Endpoint::Token, Fault::redirect(307, &target))
        .fail_once(Endpoint::Token, Fault::redirect(307, &target));
    let answer = refresh(&world, "x").await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()[LOCATION], target);
    assert!(world.simulator.token_requests("elsewhere").is_empty());
    let follower = Client::builder()
        .redirect(redirect::Policy::limited(2))
        .build()
        .unwrap();
    let url = world.url("acme", "/oauth/token");
    follower.post(url).send().await.unwrap();
    assert_eq!(world.simulator.token_requests("elsewhere").len(), 1);
}

#[tokio::test]
async fn a_reset_gives_no_answer() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = acme.grant(CLIENT, SCOPE).refresh_token;
    acme.fail_once(Endpoint::Token, Fault::reset());
    let error = refresh(&world, &token).await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    let log = world.simulator.refreshes("acme");
    assert_eq!((log.len(), log[0].status, log[0].done), (1, None, true));
    assert_eq!(refresh(&world, &token).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_work_is_done() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.rotation(simulator::Rotation::On);
    let token = acme.grant(CLIENT, SCOPE).refresh_token;
    acme.fail_once(Endpoint::Token, Fault::reset().processed());
    assert!(refresh(&world, &token).await.is_err());
    let (status, _) = world.refresh("acme", &token).await;
    assert_eq!(status, 400, "the lost answer held the new refresh token");
}

#[tokio::test]
async fn latency_delays_the_normal_answer() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = acme.grant(CLIENT, SCOPE).refresh_token;
    acme.fail_once(Endpoint::Token, Fault::latency(60_000))
        .fail_once(Endpoint::Token, Fault::latency(1));
    let slow = tokio::time::timeout(Duration::from_millis(200), refresh(&world, &token));
    assert!(slow.await.is_err(), "the answer takes a minute");
    assert_eq!(refresh(&world, &token).await.unwrap().status(), 200);
    let log = world.simulator.refreshes("acme");
    assert_eq!((log[0].status, log[1].status), (None, Some(200)));
}

#[tokio::test]
async fn a_held_request_is_seen_and_goes_on_when_released() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = acme.grant(CLIENT, SCOPE).refresh_token;
    acme.hold(Endpoint::Token);
    let test = async {
        let seen = world.simulator.wait_for("acme", Endpoint::Token, 1).await;
        assert_eq!((seen.len(), seen[0].done), (1, false));
        acme.release(Endpoint::Token);
    };
    let (answer, ()) = tokio::join!(refresh(&world, &token), test);
    assert_eq!(answer.unwrap().status(), 200);
    assert!(world.simulator.refreshes("acme")[0].done);
}

#[tokio::test]
async fn other_endpoints_fail_too() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = acme.grant(CLIENT, SCOPE).access_token;
    acme.fail_once(Endpoint::Account, Fault::status(500))
        .fail_once(Endpoint::Users, Fault::html());
    let account = world.api("acme", "/api/account", &token).await;
    assert_eq!(account.status(), 500);
    let user = world.api("acme", "/api/users/0", &token).await;
    assert!(user.text().await.unwrap().starts_with("<!doctype"));
}
