//! Every odd answer, and what it is taken for.

use super::{ODD_SECRET, Setting, acme, setting};
use gorgias::{Gorgias, Limits, Unavailable, UpstreamError};
use secrecy::ExposeSecret;
use serde_json::json;
use simulator::{Endpoint, Fault, FaultKind, RetryAfter};
use std::time::Duration;

/// security.md 17
#[tokio::test]
async fn s17_large_and_slow_answers_are_cut_off() {
    let s = Setting::patient().await;
    assert_eq!(
        s.unavailable(Fault::big_body()).await,
        Unavailable::TooLarge
    );
    assert_eq!(
        s.unavailable(Fault::gzip_bomb()).await,
        Unavailable::TooLarge
    );
    // Some 4 kB on the wire: only unpacked bytes give it away.
    let small_bomb = FaultKind::GzipBomb { bytes: 4 << 20 };
    assert_eq!(s.unavailable(small_bomb).await, Unavailable::TooLarge);
    // A refusal with an endless body is no refusal.
    let long = json!({"error": "invalid_grant", "x": "y".repeat(70_000)});
    let why = s.unavailable(Fault::json(400, &long)).await;
    assert_eq!(why, Unavailable::TooLarge);

    let hasty = setting(Duration::from_millis(300)).await;
    assert_eq!(hasty.unavailable(Fault::drip()).await, Unavailable::Timeout);
    let late = Fault::latency(60_000);
    assert_eq!(hasty.unavailable(late).await, Unavailable::Timeout);
    assert_eq!(Limits::default().time, Duration::from_secs(10));
    assert_eq!(Limits::default().body, 65_536);
}

/// security.md 10
#[tokio::test]
async fn s10_redirects_are_not_followed() {
    let s = Setting::patient().await;
    let elsewhere = format!("{}/oauth/token", s.simulator.issuer("evil"));
    for status in [301, 302, 303, 307, 308] {
        let why = s.unavailable(Fault::redirect(status, &elsewhere)).await;
        assert_eq!(why, Unavailable::Redirected, "{status}");
    }
    s.simulator
        .account("acme")
        .fail_always(Endpoint::Account, Fault::redirect(307, &elsewhere));
    let account = s.gorgias.account(&acme(), &"at".into()).await;
    assert_eq!(account.unwrap_err(), Unavailable::Redirected.into());
    assert!(s.simulator.token_requests("evil").is_empty());
}

/// security.md 18
#[tokio::test]
async fn s18_nonsense_is_unavailable_and_never_a_refusal() {
    let s = Setting::patient().await;
    let html = "<html>invalid_grant</html>";
    let of_gateway = json!({"error": "invalid_grant"});
    for (fault, why) in [
        (Fault::server_error(), Unavailable::Status(500)),
        (Fault::json(503, &of_gateway), Unavailable::Status(503)),
        (Fault::html(), Unavailable::NotJson),
        (
            Fault::answer(404, "text/html", html),
            Unavailable::Status(404),
        ),
        (
            Fault::answer(401, "text/html", html),
            Unavailable::Status(401),
        ),
        (
            Fault::invalid_utf8(),
            Unavailable::Nonsense("the access token is malformed"),
        ),
        (Fault::deep_json(), Unavailable::TooLarge),
        (
            FaultKind::DeepJson { depth: 30_000 }.into(),
            Unavailable::NotJson,
        ),
        (Fault::truncated_json(), Unavailable::NotJson),
        (Fault::answer(204, "text/plain", ""), Unavailable::NotJson),
        (Fault::reset(), Unavailable::Reset),
        (
            Fault::json(200, &json!({"access_token": "", "token_type": "Bearer"})),
            Unavailable::Nonsense("there is no access token"),
        ),
        (
            Fault::json(400, &json!({"error": "invalid_scope"})),
            Unavailable::Rejected("invalid_scope"),
        ),
        // An upstream that echoes what it got must not get it into a log.
        (
            Fault::json(400, &json!({"error": s.refresh_token.expose_secret()})),
            Unavailable::Status(400),
        ),
    ] {
        let name = format!("{:.60}", format!("{:?}", fault.kind));
        assert_eq!(s.unavailable(fault).await, why, "{name}");
    }
    assert!(s.refresh().await.is_ok(), "nothing of it sticks");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let s = Setting::patient().await;
    let grant = s.refused(Fault::invalid_grant()).await;
    assert_eq!(grant, UpstreamError::InvalidGrant);
    let client = s.refused(Fault::invalid_client()).await;
    assert_eq!(client, UpstreamError::InvalidClient);
    s.simulator.rotate_secret("app+1", "another");
    let rotated = s.refresh().await.unwrap_err();
    assert_eq!(rotated, UpstreamError::InvalidClient);
    s.simulator.rotate_secret("app+1", ODD_SECRET);
    let account = s.simulator.account("acme");
    account.deactivate();
    for status in [400, 401, 403] {
        account.change(|b| b.invalid_grant_status = status);
        let gone = s.refresh().await.unwrap_err();
        assert_eq!(gone, UpstreamError::InvalidGrant, "{status}");
    }
    let bad = s.gorgias.account(&acme(), &"no token".into()).await;
    assert_eq!(bad.unwrap_err(), UpstreamError::Unauthorized);
}

/// security.md 31
#[tokio::test]
async fn s31_retry_after_in_three_forms() {
    let s = Setting::patient().await;
    let wait = async |fault| match s.refused(fault).await {
        UpstreamError::RateLimited { retry_after } => retry_after.map(|w| w.whole_seconds()),
        other => panic!("sorted as {other:?}"),
    };
    assert_eq!(
        wait(Fault::retry_after(RetryAfter::Seconds(90))).await,
        Some(90)
    );
    let capped = Fault::retry_after(RetryAfter::Seconds(999_999));
    assert_eq!(wait(capped).await, Some(3_600));
    let date = wait(Fault::retry_after(RetryAfter::DateIn(120))).await;
    // The two dates of one answer may fall on both sides of a second.
    assert!((118..=122).contains(&date.unwrap()), "{date:?}");
    let text = Fault::retry_after(RetryAfter::Text("soon".into()));
    assert_eq!(wait(text).await, None);
    assert_eq!(wait(Fault::too_many_requests()).await, None);
    let busy = s
        .refused(Fault::status(503).with_header("retry-after", "7"))
        .await;
    assert_eq!(busy.retry_after().map(|w| w.whole_seconds()), Some(7));
}
