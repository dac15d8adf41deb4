//! No meaningful name, word or key has control characters, and PostgreSQL can't
//! store one of them (NUL). They are refused where text comes in: here in
//! addresses, in [`crate::pages::Posted`] in forms, in `api::body` in JSON
//! (security.md 87).

use super::explanation::Explanation;
use axum::{
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
};
use url::form_urlencoded;

/// The explanation of a text with control characters.
pub const CONTROLS: Explanation = Explanation {
    code: "control_character",
    title: "This can’t be read",
    explanation: "The address or a field holds a control character, such as NUL, a tab or a line \
        break. Nothing was changed.",
    remedy: "Go back, take it out, and try again.",
};

/// Refuses addresses with control characters in path or query.
pub fn refusal(request: &Request) -> Option<Response> {
    has_controls(request.uri()).then(|| CONTROLS.response(StatusCode::BAD_REQUEST))
}

fn has_controls(uri: &Uri) -> bool {
    [uri.path(), uri.query().unwrap_or_default()]
        .into_iter()
        .any(|text| {
            // A `Uri` holds a control character only if it is encoded or beyond ASCII.
            let plain = text.bytes().all(|b| b != b'%' && b < 0x7f);
            // A path decodes like a query, except for `+`, which makes no difference here.
            !plain
                && form_urlencoded::parse(text.as_bytes())
                    .any(|(name, value)| name.chars().chain(value.chars()).any(char::is_control))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s87_controls_are_found_however_they_are_written() {
        for address in [
            "/t/a%00",
            "/t/a%0ab/accounts",
            "/t?q=%00",
            "/t?q=a&%1f=b",
            "/t?a&b%7F",
            "/t?q=%C2%85",
            "/t/\u{85}",
        ] {
            let uri: Option<Uri> = address.parse().ok();
            assert!(uri.is_none_or(|uri| has_controls(&uri)), "{address}");
        }
        for address in ["/t/a", "/t?q=a+b%20c&d=%C3%A9", "/t/%ff", "/t?q=%2500", "/"] {
            let uri: Option<Uri> = address.parse().ok();
            assert!(uri.is_some_and(|uri| !has_controls(&uri)), "{address}");
        }
    }
}
