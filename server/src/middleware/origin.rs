//! Requests that change something must come from Mooring's own pages.
//!
//! Stricter than tower-http's `csrf`, which lets requests through that carry
//! neither `Origin` nor `Sec-Fetch-Site`.

use super::explanation::Explanation;
use axum::{
    extract::Request,
    http::{
        HeaderMap, Method, StatusCode,
        header::{COOKIE, ORIGIN},
    },
    response::Response,
};

const FOREIGN: Explanation = Explanation {
    code: "foreign_origin",
    title: "This didn’t come from here",
    explanation: "The request did not come from a page of this Mooring, or its browser doesn’t say \
        so. Nothing was changed.",
    remedy: "Open the page again under its usual address and repeat what you did.",
};

/// Refuses requests that change something and don't come from the public origin. A
/// request without cookies and without a word about its origin is allowed.
pub fn refusal(public_url: &str, request: &Request) -> Option<Response> {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    // The machine API takes no cookies, so a page can't use a person's browser against it.
    let by_cookie = !request.uri().path().starts_with("/api/v1/");
    let is_foreign = changes && by_cookie && !is_own(request.headers(), public_url);
    is_foreign.then(|| FOREIGN.response(StatusCode::FORBIDDEN))
}

/// Only browsers set `Sec-Fetch-Site`; no page and no proxy can change it. So it
/// decides where `Origin` is `null`: a proxy that adds `Referrer-Policy:
/// no-referrer` makes the origin of our own pages `null`, too.
fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let mut said = false;
    let mut nothing_said = false;
    let mut same_origin = false;
    for origin in headers.get_all(ORIGIN) {
        said = true;
        match origin.as_bytes() {
            b"null" => nothing_said = true,
            origin if origin == public_url.as_bytes() => (),
            _ => return false,
        }
    }
    for site in headers.get_all("sec-fetch-site") {
        said = true;
        match site.as_bytes() {
            b"same-origin" => same_origin = true,
            b"none" => (),
            _ => return false,
        }
    }
    if nothing_said && !same_origin {
        return false;
    }
    said || !headers.contains_key(COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        is_own(&headers, "https://mooring.example")
    }

    /// security.md 51
    #[test]
    fn s51_only_the_public_origin_is_trusted() {
        let cookie = ("cookie", "a=b");
        assert!(own(&[cookie, ("origin", "https://mooring.example")]));
        assert!(own(&[cookie, ("sec-fetch-site", "same-origin")]));
        assert!(own(&[cookie, ("sec-fetch-site", "none")]));
        let null = ("origin", "null");
        assert!(own(&[cookie, null, ("sec-fetch-site", "same-origin")]));
        for site in ["none", "same-site", "cross-site", ""] {
            assert!(!own(&[cookie, null, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://mooring.example",
            "https://mooring.example.evil.example",
            "https://mooring.example:444",
        ] {
            assert!(!own(&[cookie, ("origin", origin)]), "{origin}");
            assert!(!own(&[("origin", origin)]), "{origin} without a cookie");
            let both = [("origin", origin), ("origin", "https://mooring.example")];
            assert!(!own(&both), "{origin} and the right one");
        }
        for site in ["cross-site", "same-site", "other"] {
            let pair = [
                ("origin", "https://mooring.example"),
                ("sec-fetch-site", site),
            ];
            assert!(!own(&pair), "{site}");
        }
        assert!(!own(&[cookie]), "a cookie and neither header");
        assert!(own(&[]), "nothing to be misused");
    }
}
