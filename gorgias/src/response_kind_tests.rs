//! How each answer is sorted.

use super::{
    tests::{NOW, whole},
    *,
};
use domain::failure::FailureKind;
use reqwest::header::CONTENT_TYPE;

/// The results of sorting: new tokens, or why there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sorted {
    Tokens,
    InvalidGrant,
    InvalidClient,
    Kind(FailureKind),
}

/// All steps of sorting, in the client's order.
fn sorted(status: u16, content_type: Option<&str>, body: &str) -> Sorted {
    let status = StatusCode::from_u16(status).unwrap();
    let mut headers = HeaderMap::new();
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
    }
    let read = early(status, &headers, NOW).and_then(|()| {
        tokens(
            status,
            &headers,
            NOW,
            whole(body.as_bytes()),
            Asked::Refresh,
        )
    });
    match read {
        Ok(_) => Sorted::Tokens,
        Err(UpstreamError::InvalidGrant) => Sorted::InvalidGrant,
        Err(UpstreamError::InvalidClient) => Sorted::InvalidClient,
        Err(error) => Sorted::Kind(error.kind()),
    }
}

/// security.md 90: status × body × content type
#[test]
fn s90_every_answer_has_its_kind() {
    const STATUSES: [u16; 9] = [200, 302, 400, 401, 403, 404, 429, 500, 503];
    const TYPES: [Option<&str>; 5] = [
        Some("application/json"),
        Some("application/json; charset=latin1"),
        Some("text/html; charset=utf-8"),
        Some("text/plain"),
        None,
    ];
    let kind = Sorted::Kind;
    let refused = |status| kind(FailureKind::AccountRefused(status));
    let none = kind(FailureKind::Unreadable);
    let down = kind(FailureKind::NotAnswering);
    let wait = kind(FailureKind::AskedToWait);
    // A body with an OAuth error means the same with every status below 500 but 429.
    let says = |what: Sorted| [what, what, what, what, what, what, wait, down, down];
    // Any other body means nothing: the status decides.
    let mute = |at_200: Sorted| {
        let [a, b, c, d] = [400, 401, 403, 404].map(refused);
        [at_200, none, a, b, c, d, wait, down, down]
    };
    for (body, expected) in [
        (r#"{"error":"invalid_grant"}"#, says(Sorted::InvalidGrant)),
        (
            r#"{"error":"INVALID_GRANT ","x":[[]]}"#,
            says(Sorted::InvalidGrant),
        ),
        (
            "\u{feff}{\"error\":\"invalid_grant\"}",
            says(Sorted::InvalidGrant),
        ),
        (r#"{"error":"invalid_client"}"#, says(Sorted::InvalidClient)),
        (
            r#"{"error":"invalid_request"}"#,
            says(kind(FailureKind::RequestRefused)),
        ),
        (
            r#"{"error":"invalid_scope"}"#,
            says(kind(FailureKind::RequestRefused)),
        ),
        (
            r#"{"error":"unauthorized_client"}"#,
            says(kind(FailureKind::RequestRefused)),
        ),
        (
            r#"{"error":"unsupported_grant_type"}"#,
            says(kind(FailureKind::RequestRefused)),
        ),
        (r#"{"error":"server_error"}"#, says(down)),
        (r#"{"error":"temporarily_unavailable"}"#, says(down)),
        (r#"{"error":"slow_down"}"#, says(wait)),
        (r#"{"error":{"msg":"Unauthorized"}}"#, mute(none)),
        (r#"{"error":{"error":"invalid_client"}}"#, mute(none)),
        (r#"{"error":"Unauthorized","status":401}"#, mute(none)),
        (r#"{"error":"rt-Canary9"}"#, mute(none)),
        (r#"{"error":"","message":"no"}"#, mute(none)),
        (r#"{"error":["invalid_client"]}"#, mute(none)),
        (r#"{"error":"invalid_client""#, mute(none)),
        (r#"{"error_description":"invalid_client"}"#, mute(none)),
        (r#"["invalid_client"]"#, mute(none)),
        ("invalid_client", mute(none)),
        ("<html>invalid_grant</html>", mute(none)),
        ("", mute(none)),
        (
            r#"{"access_token":"at","token_type":"Bearer"}"#,
            mute(Sorted::Tokens),
        ),
        (
            r#"{"access_token":"at","token_type":"Bearer","error":null}"#,
            mute(Sorted::Tokens),
        ),
        (
            r#"{"access_token":"at","token_type":"Bearer","error":""}"#,
            mute(Sorted::Tokens),
        ),
    ] {
        for (status, expected) in STATUSES.into_iter().zip(expected) {
            for content_type in TYPES {
                let found = sorted(status, content_type, body);
                assert_eq!(found, expected, "{status} {content_type:?} {body}");
            }
        }
    }
}
