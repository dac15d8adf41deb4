use super::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::Grant;

pub(crate) const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

fn full() -> Value {
    json!({
        "access_token": "at", "token_type": "Bearer", "refresh_token": "rt", "id_token": "it",
        "expires_in": 86400, "scope": "openid offline voice:read",
    })
}

pub(crate) fn whole(bytes: &[u8]) -> Body<'_> {
    Body {
        bytes,
        broken: None,
    }
}

/// The result of an answer with status 200.
fn ok(bytes: &[u8], asked: Asked) -> Result<Renewal, UpstreamError> {
    tokens(StatusCode::OK, &HeaderMap::new(), NOW, whole(bytes), asked)
}

fn grant(bytes: &[u8], asked: Asked) -> Result<Grant, UpstreamError> {
    match ok(bytes, asked)? {
        Renewal::Grant(grant) => Ok(grant),
        Renewal::Leftover(leftover) => Err(leftover.why.into()),
    }
}

fn changed(name: &str, value: Value) -> Vec<u8> {
    let mut body = full();
    body[name] = value;
    body.to_string().into_bytes()
}

fn with(name: &str, value: Value) -> Result<Grant, UpstreamError> {
    grant(&changed(name, value), Asked::Code)
}

fn is_nonsense<T>(result: &Result<T, UpstreamError>) -> bool {
    let why = match result {
        Err(UpstreamError::Unavailable { why, .. }) => why,
        _ => return false,
    };
    matches!(why, Unavailable::Nonsense(_))
}

#[test]
fn a_full_answer_is_read() {
    let g = grant(full().to_string().as_bytes(), Asked::Code).unwrap();
    assert_eq!(g.access_token.expose_secret(), "at");
    assert_eq!(g.refresh_token.unwrap().expose_secret(), "rt");
    assert_eq!(g.id_token.unwrap().expose_secret(), "it");
    assert_eq!(g.expires_in, Some(86_400));
    assert_eq!(g.scope.told().unwrap().len(), 3);
    assert_eq!((g.jwt_exp, g.jwt_iss), (None, None));
}

#[test]
fn little_is_enough() {
    let body = br#" {"access_token":"at","token_type":"bEARER"} "#;
    let g = grant(body, Asked::Refresh).unwrap();
    assert!(g.refresh_token.is_none() && g.id_token.is_none());
    assert_eq!(g.scope, Granted::NotTold);
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
        ("access_token", json!(["x"])),
        ("refresh_token", json!(12)),
        ("refresh_token", json!("a\nb")),
        ("id_token", json!({"a": 1})),
    ] {
        let result = with(name, value.clone());
        assert!(is_nonsense(&result), "{name}");
    }
}

/// security.md 89: as long as fits into an answer
#[test]
fn s89_tokens_of_every_length_are_taken() {
    for length in [1, 8_192, 8_193, 30_000] {
        let mut body = full();
        body["access_token"] = "a".repeat(length).into();
        body["refresh_token"] = "r".repeat(length).into();
        let g = grant(body.to_string().as_bytes(), Asked::Refresh).unwrap();
        assert_eq!(g.access_token.expose_secret().len(), length);
        assert_eq!(g.refresh_token.unwrap().expose_secret().len(), length);
    }
    let g = with("access_token", json!(" at\n")).unwrap();
    assert_eq!(g.access_token.expose_secret(), "at");
}

fn left(bytes: &[u8]) -> Option<Leftover> {
    match ok(bytes, Asked::Refresh) {
        Ok(Renewal::Leftover(leftover)) => Some(leftover),
        _ => None,
    }
}

/// security.md 89
#[test]
fn s89_a_refresh_token_stays_of_an_answer_that_is_of_no_other_use() {
    let mut bodies: Vec<Vec<u8>> = [
        ("token_type", json!("mac")),
        ("token_type", json!(1)),
        ("token_type", Value::Null),
        ("access_token", Value::Null),
        ("access_token", json!("")),
        ("access_token", json!(12)),
        ("access_token", json!("a b")),
        ("access_token", json!("tökén")),
        ("access_token", json!(["x"])),
        ("access_token", json!({"value": "x"})),
    ]
    .map(|(name, value)| changed(name, value))
    .into();
    let answer = r#"{"refresh_token":"rt","access_token":"a","token_type":"Bearer"}"#;
    bodies.extend([
        answer[..answer.len() - 1].into(),
        answer[..answer.len() - 12].into(),
        answer[..23].into(),
        format!("{answer}, and more").into(),
        answer.replace("\"Bearer\"", "Bearer").into(),
        answer
            .replace("Bearer\"", "Bearer\",\"access_token\":\"b\"")
            .into(),
        b"{\"refresh_token\":\"rt\",\"access_token\":\"\xff\",\"token_type\":\"Bearer\"}".into(),
    ]);
    for body in bodies {
        let shown = body.escape_ascii().to_string();
        let leftover = left(&body).unwrap_or_else(|| panic!("{shown}"));
        assert_eq!(leftover.refresh_token.expose_secret(), "rt", "{shown}");
        assert!(leftover.repeats(&"rt".into()) && !leftover.repeats(&"r".into()));
        // The person who brought the code can try again.
        assert!(ok(&body, Asked::Code).is_err(), "{shown}");
    }
    // Not a truncated one, not two, and none that can't be sent back.
    for body in [
        &answer.as_bytes()[..20],
        br#"{"refresh_token":"a","refresh_token":"b","access_token":"a"}"#,
        br#"{"refresh_token":"a b","token_type":"Bearer"}"#,
        br#"{"refresh_token":7}"#,
        br#"{"access_token":"at"}"#,
        b"refresh_token=rt",
    ] {
        assert!(left(body).is_none(), "{}", body.escape_ascii());
        assert!(ok(body, Asked::Refresh).is_err());
    }
    let torn = Body {
        bytes: &answer.as_bytes()[..30],
        broken: Some(&Unavailable::Reset),
    };
    let none = HeaderMap::new();
    let renewal = tokens(StatusCode::OK, &none, NOW, torn, Asked::Refresh).unwrap();
    assert!(matches!(renewal, Renewal::Leftover(l) if l.why == Unavailable::Reset));
    let refused = tokens(StatusCode::BAD_REQUEST, &none, NOW, torn, Asked::Refresh);
    assert_eq!(refused.unwrap_err(), Unavailable::Reset.into());
}

/// security.md 89: a token that names another account is reported, so that it
/// can be refused
#[test]
fn s89_what_is_left_over_tells_whose_it_is() {
    let jwt = |iss: &str| {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        let part = |json: Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}.c2ln", part(json!({})), part(json!({"iss": iss})))
    };
    let mut body = full();
    body["token_type"] = "mac".into();
    body["access_token"] = jwt("https://acme.gorgias.com").into();
    body["id_token"] = jwt("https://bolt.gorgias.com").into();
    let leftover = left(body.to_string().as_bytes()).unwrap();
    assert_eq!(
        leftover.issuers,
        ["https://acme.gorgias.com", "https://bolt.gorgias.com"]
    );
}

/// A refresh token that can't be sent back counts as absent. On a refresh, the
/// access token that came with it is valid, and the old refresh token may be.
#[test]
fn an_odd_refresh_token_costs_no_access_token() {
    let g = grant(&changed("refresh_token", json!(12)), Asked::Refresh).unwrap();
    assert!(g.refresh_token.is_none());
}

#[test]
fn scopes_are_read_from_where_they_stand() {
    let told = |scopes: &str| Granted::Told(scopes.parse().unwrap());
    for (body, expected) in [
        (
            json!({"scope": "offline tickets:read"}),
            told("offline tickets:read"),
        ),
        (
            json!({"scope": ["offline", "tickets:read"]}),
            told("offline tickets:read"),
        ),
        (
            json!({"scope": ["offline tickets:read"]}),
            told("offline tickets:read"),
        ),
        (json!({"scopes": ["offline"]}), told("offline")),
        (json!({"scopes": "offline"}), told("offline")),
        (json!({"scope": null, "scopes": "offline"}), told("offline")),
        (json!({"scope": "offline", "scopes": "x"}), told("offline")),
        (json!({"scope": null}), Granted::NotTold),
        (json!({}), Granted::NotTold),
        (json!({"scope": ""}), Granted::Unreadable),
        (json!({"scope": []}), Granted::Unreadable),
        (json!({"scope": [["offline"]]}), Granted::Unreadable),
        (json!({"scope": {"offline": true}}), Granted::Unreadable),
        (json!({"scope": true}), Granted::Unreadable),
        (json!({"scope": 7}), Granted::Unreadable),
    ] {
        let mut answer = json!({"access_token": "at", "token_type": "Bearer"});
        for (name, value) in body.as_object().unwrap() {
            answer[name] = value.clone();
        }
        let g = grant(answer.to_string().as_bytes(), Asked::Code).unwrap();
        assert_eq!(g.scope, expected, "{answer}");
    }
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
        b"{\"access_token\":\"a\"",
        deep.as_bytes(),
        deep_member.as_bytes(),
    ] {
        let error = grant(body, Asked::Code).unwrap_err();
        assert_eq!(error, Unavailable::NotJson.into());
    }
    for odd in [
        &b"{\"access_token\":\"\xff\",\"token_type\":\"Bearer\"}"[..],
        b"{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"Bearer\"}",
    ] {
        assert!(is_nonsense(&grant(odd, Asked::Code)));
    }
}

#[test]
fn no_text_of_an_answer_stands_in_an_error() {
    let none = HeaderMap::new();
    let body = whole(br#"{"error":"rt-Canary9"}"#);
    let error = refusal(StatusCode::BAD_REQUEST, &none, NOW, body);
    assert_eq!(error, Unavailable::Status(400).into());
    let shown = format!("{error} {error:?} {}", error.sentence());
    assert!(!shown.contains("Canary"), "{shown}");
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
        // Without a date in the answer: from our clock, Sat 28 Nov 2026, 12:05 UTC.
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
    for status in [500, 502, 503, 599, 600] {
        let why = Unavailable::Status(status);
        assert_eq!(
            sorted(status),
            Some(UpstreamError::Unavailable { why, retry_after })
        );
    }
    for status in [200, 201, 301, 302, 304, 307, 308, 400, 401, 403, 404] {
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
