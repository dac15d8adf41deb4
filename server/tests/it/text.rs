//! Control characters, wherever text comes in: refused, and never a fault.
//! PostgreSQL can't keep NUL in a text, so one of them would be an error inside
//! (security.md 87).

use crate::{
    browser::{Answer, send},
    test_server::{connected_tenant, form_addresses, on_each_database},
};
use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, StatusCode},
};
use domain::time::Span;
use serde_json::json;

const CONTROLS: [char; 8] = [
    '\0', '\u{1}', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}',
];

/// Calls that take JSON.
const BODIES: &[(Method, &str)] = &[
    (Method::POST, "/apps"),
    (Method::PATCH, "/apps/acme-app"),
    (Method::POST, "/apps/acme-app/secrets"),
    (Method::POST, "/reconnect-links"),
    (Method::POST, "/connections/acme-app/shop/reconnect-links"),
];

/// Calls without a body.
const CALLS: &[&str] = &[
    "/apps",
    "/apps/{app}",
    "/apps/{app}/secrets",
    "/connections",
    "/connections/{app}/{subdomain}",
    "/connections/{app}/{subdomain}/token",
    "/connections/{app}/{subdomain}/events",
    "/events",
    "/{nothing}",
];

const FIELDS: &[&str] = &[
    "name",
    "slug",
    "email",
    "password",
    "client_id",
    "client_secret",
    "scopes",
    "app",
    "subdomain",
    "token",
    "next",
    "role",
    "nobody-knows-it",
];

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// By the page that says what is wrong, and for nothing else.
#[track_caller]
fn refused_by_page(answer: &Answer, what: &str, control: char) {
    let known = answer.status == StatusCode::BAD_REQUEST
        && answer.body.contains("This can’t be read")
        && answer.body.contains("holds a control character");
    assert!(
        known,
        "{what} with {control:?}: {} {}",
        answer.status, answer.body
    );
}

/// The addresses that a pattern stands for, with the text in one of its parts
/// or in the query.
fn addresses(pattern: &str, text: &str) -> Vec<String> {
    let parts: Vec<&str> = pattern.split('/').collect();
    let usual = |part: &str| match part {
        "{tenant}" => "acme".to_owned(),
        "{app}" => "acme-app".to_owned(),
        "{subdomain}" => "shop".to_owned(),
        part => part.to_owned(),
    };
    let mut all: Vec<String> = (0..parts.len())
        .filter(|at| parts[*at].starts_with('{'))
        .map(|at| {
            let with = |(i, part): (usize, &&str)| {
                if i == at {
                    format!("{}{text}", usual(part).replace(['{', '}'], ""))
                } else {
                    usual(part).replace(['{', '}'], "")
                }
            };
            let parts: Vec<String> = parts.iter().enumerate().map(with).collect();
            parts.join("/")
        })
        .collect();
    let plain: Vec<String> = parts.iter().map(|part| usual(part)).collect();
    let plain = plain.join("/").replace(['{', '}'], "");
    for name in ["q", "after", "health", "account", "state", "nobody"] {
        all.push(format!("{plain}?{name}=a{text}b"));
    }
    all.push(format!("{plain}?a{text}b=c"));
    all
}

#[tokio::test]
async fn s87_controls_in_addresses_are_refused() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let others = [
            "/",
            "/healthz",
            "/t/{tenant}/live",
            "/oauth/{app}/install",
            "/oauth/{app}/callback",
            "/{nothing}",
        ];
        for control in CONTROLS {
            let text = escaped(&control.to_string());
            for pattern in app::routes::PATHS.iter().chain(&others) {
                for address in addresses(pattern, &text) {
                    let answer = browser.get(&address).await;
                    if address.starts_with("/healthz") {
                        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
                    } else {
                        refused_by_page(&answer, &address, control);
                    }
                }
            }
            for pattern in CALLS {
                for address in addresses(pattern, &text) {
                    let answer = server.api_get(&address, &tenant.token).await;
                    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
                    assert_eq!(answer.json()["code"], "control_character", "{address}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn s87_controls_in_forms_are_refused() {
    on_each_database(async |server| {
        connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let forms = form_addresses();
        // Each form gets each control, and each field two of them.
        for (at, path) in forms.iter().enumerate() {
            for (number, control) in CONTROLS.into_iter().enumerate() {
                let text = format!("a{control}b");
                let fields = FIELDS.iter().enumerate();
                let some = fields.filter(|(field, _)| (at + field + number) % 4 == 0);
                for (_, field) in some {
                    let answer = browser.post(path, &[(field, &text)]).await;
                    refused_by_page(&answer, &format!("{field} of {path}"), control);
                }
                let answer = browser.post(path, &[(&text, "c")]).await;
                refused_by_page(&answer, &format!("a name at {path}"), control);
            }
        }
        assert_eq!(browser.get("/t/acme").await.status, 200, "still signed in");
    })
    .await;
}

#[tokio::test]
async fn s87_controls_in_json_are_refused() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        for control in CONTROLS {
            let text = format!("a{control}b");
            for (method, path) in BODIES {
                // So that the token's rate is no matter.
                server.world.clock.advance(Span::seconds(10));
                let mut bodies: Vec<_> = FIELDS
                    .iter()
                    .flat_map(|field| {
                        [
                            json!({ *field: text }),
                            json!({ *field: [text] }),
                            json!({ *field: { "deep": [{ "er": text }] } }),
                        ]
                    })
                    .collect();
                bodies.push(json!({ text.clone(): "a" }));
                for body in bodies {
                    let what = format!("{method} {path} {body}");
                    let answer = server
                        .call(method.clone(), path, &tenant.token, Some(body))
                        .await;
                    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
                    assert_eq!(answer.json()["code"], "control_character", "{what}");
                }
            }
        }
    })
    .await;
}

/// What hyper lets through in a header.
#[tokio::test]
async fn s87_odd_bytes_in_headers_are_no_fault() {
    on_each_database(async |server| {
        connected_tenant(&server).await;
        for value in [
            &b"a\tb"[..],
            b"\xff\xfe",
            b"a=\xff; mooring_session=\x80",
            b"Bearer a\tb",
            b"Bearer \xff",
        ] {
            for header in [
                "authorization",
                "cookie",
                "referer",
                "origin",
                "user-agent",
                "accept-language",
                "x-forwarded-for",
                "x-request-id",
                "content-type",
            ] {
                for (method, path) in [
                    (Method::GET, "/t/acme"),
                    (Method::POST, "/signin"),
                    (Method::GET, "/api/v1/apps"),
                    (Method::POST, "/api/v1/apps"),
                    (Method::GET, "/oauth/acme-app/callback?code=a&state=b"),
                ] {
                    let request = Request::builder()
                        .method(method)
                        .uri(path)
                        .header(header, HeaderValue::from_bytes(value).unwrap());
                    let answer =
                        send(&server.router, request.body(Body::from("a=b")).unwrap()).await;
                    assert!(
                        !answer.status.is_server_error(),
                        "{path} {header} {value:?}: {}",
                        answer.status
                    );
                }
            }
        }
    })
    .await;
}

/// What is pasted brings its tab or line break along; that is cut off.
#[tokio::test]
async fn what_stands_around_a_pasted_text_is_cut_off() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.browser();
        let email = format!("\tacme-{}\r\n", service::testing::OWNER);
        let password = format!("{}\n", service::testing::PASSWORD);
        let fields = [("email", email.as_str()), ("password", password.as_str())];
        assert_eq!(browser.post("/signin", &fields).await.location(), "/");
    })
    .await;
}
