#![allow(clippy::unwrap_used)]
use super::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

fn full() -> Value {
    json!({
        "access_token": "at", "token_type": "Bearer", "refresh_token": "rt", "id_token": "it",
        "expires_in": 86400, "scope": "openid offline voice:read",
    })
}

fn with(name: &str, value: Value) -> Result<Grant, Unavailable> {
    let mut body = full();
    body[name] = value;
    grant(body.to_string().as_bytes(), Asked::Code)
}

#[test]
fn a_full_answer_is_read() {
    let g = grant(full().to_string().as_bytes(), Asked::Code).unwrap();
    assert_eq!(g.access_token.expose_secret(), "at");
    assert_eq!(g.refresh_token.unwrap().expose_secret(), "rt");
    assert_eq!(g.id_token.unwrap().expose_secret(), "it");
    assert_eq!(g.expires_in, Some(86_400));
    assert_eq!(g.scope.unwrap().len(), 3);
    assert_eq!((g.jwt_exp, g.jwt_iss), (None, None));
}

#[test]
fn little_is_enough() {
    let body = br#" {"access_token":"at","token_type":"bEARER"} "#;
    let g = grant(body, Asked::Refresh).unwrap();
    assert!(g.refresh_token.is_none() && g.id_token.is_none() && g.scope.is_none());
    assert_eq!(g.expires_in, None);
    assert!(
        with("refresh_token", Value::Null)
            .unwrap()
            .refresh_token
            .is_none()
    );
    assert!(
        with("refresh_token", json!(""))
            .unwrap()
            .refresh_token
            .is_none()
    );
    assert!(with("scope", json!(" ")).unwrap().scope.is_none());
}

#[test]
fn an_id_token_that_comes_with_a_refresh_is_dropped() {
    let mut body = full();
    for odd in [json!("it"), json!(7)] {
        body["id_token"] = odd;
        let g = grant(body.to_string().as_bytes(), Asked::Refresh).unwrap();
        assert!(g.id_token.is_none());
    }
}

/// security.md 16
#[test]
fn tokens_of_an_odd_type_or_shape_are_refused() {
    for (name, value) in [
        ("token_type", json!("mac")),
        ("token_type", json!(1)),
        ("token_type", Value::Null),
        ("access_token", Value::Null),
        ("access_token", json!("")),
        ("access_token", json!(12)),
        ("access_token", json!("a b")),
        ("access_token", json!("a\r\nb")),
        ("access_token", json!("tökén")),
        ("access_token", json!("x".repeat(8_193))),
        ("access_token", json!(["x"])),
        ("refresh_token", json!(12)),
        ("refresh_token", json!("a\nb")),
        ("refresh_token", json!("x".repeat(8_193))),
        ("id_token", json!({"a": 1})),
    ] {
        let result = with(name, value.clone());
        assert!(matches!(result, Err(Unavailable::Nonsense(_))), "{name}");
    }
    assert!(with("access_token", json!("x".repeat(8_192))).is_ok());
}

/// security.md 18
#[test]
fn what_is_no_object_is_not_json() {
    let deep = "[".repeat(60_000);
    let deep_member = format!("{{\"access_token\":{}", "{\"a\":".repeat(10_000));
    for body in [
        &b""[..],
        b"<html>",
        b"[\"at\",\"Bearer\"]",
        b"\"at\"",
        b"{\"access_token\":\"\xff\",\"token_type\":\"Bearer\"}",
        b"{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"Bearer\"}",
        b"{\"access_token\":\"a\"",
        deep.as_bytes(),
        deep_member.as_bytes(),
    ] {
        assert_eq!(grant(body, Asked::Code).unwrap_err(), Unavailable::NotJson);
    }
}

fn refused(status: u16, content_type: &str, body: &str) -> UpstreamError {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
    refusal(
        StatusCode::from_u16(status).unwrap(),
        &headers,
        body.as_bytes(),
    )
}

#[test]
fn refusals_are_sorted() {
    use UpstreamError::{InvalidClient, InvalidGrant};
    let status = |n| UpstreamError::from(Unavailable::Status(n));
    let rejected = |code: &str| UpstreamError::from(Unavailable::Rejected { code: code.into() });
    let grant = r#"{"error":"invalid_grant","error_description":"x"}"#;
    let client = r#"{"error":"invalid_client"}"#;
    let api = r#"{"error":{"msg":"Unauthorized"}}"#;
    let (json, html) = ("application/json", "text/html; charset=utf-8");
    for (code, content_type, body, expected) in [
        (400, json, grant, InvalidGrant),
        (401, json, grant, InvalidGrant),
        (403, html, grant, InvalidGrant),
        (400, json, client, InvalidClient),
        (401, json, client, InvalidClient),
        (403, json, client, rejected("invalid_client")),
        (401, json, api, InvalidClient),
        (401, "text/plain", "", InvalidClient),
        (401, html, "", status(401)),
        (401, "text/plain", "<html>", status(401)),
        (400, json, api, status(400)),
        (404, html, "<html>no such account</html>", status(404)),
        (
            400,
            json,
            r#"{"error":"unsupported_grant_type"}"#,
            rejected("unsupported_grant_type"),
        ),
        (
            400,
            json,
            r#"{"error":"rt-Canary9"}"#,
            rejected("unreadable"),
        ),
        (400, json, r#"{"error":""}"#, rejected("unreadable")),
    ] {
        assert_eq!(refused(code, content_type, body), expected, "{code} {body}");
    }
}

fn headers(retry_after: &str, date: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
    if let Some(date) = date {
        headers.insert(DATE, date.parse().unwrap());
    }
    headers
}

/// security.md 31
#[test]
fn retry_after_is_seconds_or_a_date_or_nothing() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    for (text, date, expected) in [
        ("120", None, Some(Span::seconds(120))),
        ("0", None, Some(Span::default())),
        ("999999999999999999999999", None, Some(LONGEST_RETRY_AFTER)),
        (
            "Sun, 06 Nov 1994 08:51:37 GMT",
            date,
            Some(Span::minutes(2)),
        ),
        ("Sun, 06 Nov 1994 08:00:00 GMT", date, Some(Span::default())),
        (
            "Sat, 06 Nov 2094 08:00:00 GMT",
            date,
            Some(LONGEST_RETRY_AFTER),
        ),
        // Without a date of the answer: from our clock, Sat 28 Nov 2026, 12:05 UTC.
        (
            "Sat, 28 Nov 2026 12:06:00 GMT",
            None,
            Some(Span::minutes(1)),
        ),
        ("soon", None, None),
        ("-5", None, None),
        ("1.5", None, None),
        ("", None, None),
    ] {
        assert_eq!(retry_after(&headers(text, date), NOW), expected, "{text}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), NOW), None);
}

#[test]
fn some_statuses_settle_the_matter() {
    let sorted = |status: u16| {
        early(
            StatusCode::from_u16(status).unwrap(),
            &headers("7", None),
            NOW,
        )
        .err()
    };
    let retry_after = Some(Span::seconds(7));
    assert_eq!(
        sorted(429),
        Some(UpstreamError::RateLimited { retry_after })
    );
    for status in [301, 302, 304, 307, 308] {
        assert_eq!(sorted(status), Some(Unavailable::Redirected.into()));
    }
    for status in [500, 502, 503, 599, 600] {
        let why = Unavailable::Status(status);
        assert_eq!(
            sorted(status),
            Some(UpstreamError::Unavailable { why, retry_after })
        );
    }
    for status in [200, 201, 400, 401, 403, 404] {
        assert_eq!(sorted(status), None);
    }
}

#[test]
fn accounts_have_names() {
    let read = |body: &str| account(body.as_bytes()).map(|a| a.domain);
    assert_eq!(
        read(r#"{"domain":"acme","settings":[[[]]]}"#).unwrap(),
        "acme"
    );
    assert!(read(r#"{"domain":7}"#).is_err() && read(r#"{"domain":""}"#).is_err());
    assert_eq!(read("[]"), Err(Unavailable::NotJson));
}
