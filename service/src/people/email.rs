//! E-mail addresses in the form in which they are stored and compared.

use unicode_normalization::UnicodeNormalization;

/// The address trimmed, with small ASCII letters and composed letters (NFC);
/// `None` if it can't be an address.
///
/// This finds typing errors. Only a mail can show whether an address exists.
pub fn normalize(text: &str) -> Option<String> {
    let text: String = text.trim().to_ascii_lowercase().nfc().collect();
    let (local, domain) = text.rsplit_once('@')?;
    // RFC 5321 4.5.3.1: 64 bytes before the @, 254 in all.
    let good = !local.is_empty()
        && local.len() <= 64
        && text.len() <= 254
        && !local.contains('@')
        && !domain.is_empty()
        && domain.split('.').all(|label| !label.is_empty())
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'));
    good.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_form() {
        assert_eq!(
            normalize(" Anna.Lee+x@Example.COM\n").as_deref(),
            Some("anna.lee+x@example.com")
        );
        assert_eq!(
            normalize("root@localhost").as_deref(),
            Some("root@localhost")
        );
        assert_eq!(
            normalize("jo\u{308}rg@example.com"),
            normalize("j\u{f6}rg@example.com")
        );
    }

    #[test]
    fn slips_are_found() {
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "anna",
            "@example.com",
            "anna@",
            "a@b@c",
            "a b@c.d",
            "a@b..c",
            "a@.c",
            "a@c.",
            "A <a@b.c>",
            "a@b.c,d@e.f",
            "a@b\r\nc",
            &long,
        ] {
            assert_eq!(normalize(bad), None, "{bad:?}");
        }
    }
}
