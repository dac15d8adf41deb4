//! Paths that a form or a query may send a browser to; they never lead to another origin.

/// The text if it is a path on this origin, else `/`. Browsers read `//host` and
/// `/\host` as other origins, and drop tabs and newlines (WHATWG URL 4.4).
pub fn own_path(text: &str) -> &str {
    let mut bytes = text.bytes();
    let good = bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
        && text.len() <= 2_000;
    if good { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// security.md 12
    #[test]
    fn other_origins_are_not_paths() {
        for text in [
            "",
            "t",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: a=b",
            "/ü",
            "/a\\..\\b",
        ] {
            assert_eq!(own_path(text), "/", "{text:?}");
        }
        assert_eq!(
            own_path("/t/acme?q=a&health=limited"),
            "/t/acme?q=a&health=limited"
        );
    }
}
