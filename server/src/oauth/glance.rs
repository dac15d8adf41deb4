//! HEAD requests and prefetches: machines make them, before a person comes or without one.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};

/// The answer to HEAD and to prefetching, which must not use anything up; `None`
/// for a person's request. The browser throws a failed prefetch away and asks again
/// when the person opens the link.
pub fn answer(method: &Method, headers: &HeaderMap) -> Option<Response> {
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .flat_map(|name| headers.get_all(*name))
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            let value = value.to_ascii_lowercase();
            ["prefetch", "prerender", "preview"]
                .iter()
                .any(|sign| value.contains(sign))
        });
    let mut response = match (method, ahead) {
        (_, true) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        (&Method::HEAD, false) => StatusCode::NO_CONTENT.into_response(),
        _ => return None,
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(method: &Method, header: Option<(&'static str, &str)>) -> Option<StatusCode> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        answer(method, &headers).map(|response| response.status())
    }

    /// security.md 83
    #[test]
    fn s83_machines_that_look_are_told_from_people() {
        for header in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("purpose", "preview"),
            ("x-moz", "prefetch"),
        ] {
            let refused = Some(StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(status(&Method::GET, Some(header)), refused, "{header:?}");
        }
        assert_eq!(status(&Method::HEAD, None), Some(StatusCode::NO_CONTENT));
        assert_eq!(status(&Method::GET, None), None);
        assert_eq!(
            status(&Method::GET, Some(("sec-fetch-mode", "navigate"))),
            None
        );
    }
}
