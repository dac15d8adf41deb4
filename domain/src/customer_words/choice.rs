//! Which language a page is written in.

use crate::customer::Language;

/// So much of a header is read: nobody's list of languages is longer.
const LONGEST_HEADER: usize = 1_000;

impl Language {
    /// The language of a page: what the reader chose there, else that of the link, else
    /// what the browser prefers, else English.
    pub fn choose(chosen: Option<&str>, of_link: Option<Self>, accepted: Option<&str>) -> Self {
        chosen
            .and_then(|code| code.parse().ok())
            .or(of_link)
            .or_else(|| accepted.and_then(Self::preferred))
            .unwrap_or_default()
    }

    /// The language that a header `Accept-Language` prefers (RFC 9110 12.5.4); `None` if
    /// it names none of ours.
    pub fn preferred(accepted: &str) -> Option<Self> {
        if accepted.len() > LONGEST_HEADER {
            return None;
        }
        let mut best: Option<(Self, u16)> = None;
        for range in accepted.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let language = parts.next().and_then(Self::of_range);
            let quality = parts.next().map_or(Some(1_000), quality);
            let (Some(language), Some(quality), None) = (language, quality, parts.next()) else {
                continue;
            };
            // Of equal ones, the first.
            if quality > best.map_or(0, |(_, best)| best) {
                best = Some((language, quality));
            }
        }
        best.map(|(language, _)| language)
    }

    /// The language of a range such as `de-AT`: its first subtag (RFC 4647 2.1).
    fn of_range(range: &str) -> Option<Self> {
        let mut subtags = range.split('-');
        let primary = subtags.next()?;
        let well_formed = |tag: &str| {
            (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !subtags.all(well_formed) {
            return None;
        }
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

/// A weight such as `q=0.8`, in thousandths; `None` if it is none.
fn quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim_end().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = match value.trim_start().split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (value.trim_start(), ""),
    };
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("1", 0) => Some(1_000),
        ("0", thousandths) => Some(thousandths),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, French, German, Spanish};

    #[test]
    fn the_header_is_read_by_its_weights() {
        for (header, language) in [
            ("de", Some(German)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(German)),
            ("en;q=0.5, fr ; q=0.9", Some(French)),
            ("ES-mx", Some(Spanish)),
            ("fr;q=0.7,de;q=0.7", Some(French)),
            ("it,pt;q=0.9,es;q=0.1", Some(Spanish)),
            ("de;q=0,fr;q=0.001", Some(French)),
            ("de;q=0", None),
            ("*", None),
            ("*,de;q=0.2", Some(German)),
            ("it", None),
            ("", None),
            (",;,", None),
            ("de;q=1.000", Some(German)),
            ("EN-us;Q=0.3", Some(English)),
        ] {
            assert_eq!(Language::preferred(header), language, "{header}");
        }
    }

    #[test]
    fn nonsense_in_the_header_is_ignored() {
        for header in [
            "de;q=1.1",
            "de;q=2",
            "de;q=-1",
            "de;q=0.1234",
            "de;q=NaN",
            "de;q",
            "de;level=1",
            "de;q=0.5;q=0.9",
            "de-<script>",
            "de-",
            "deutsch",
            "\"de\"",
            "d\u{0435}",
        ] {
            assert_eq!(Language::preferred(header), None, "{header}");
        }
        let long = "de,".repeat(400);
        assert_eq!(Language::preferred(&long), None, "nobody sends that");
    }

    #[test]
    fn the_choice_of_the_reader_comes_first() {
        let choose = Language::choose;
        assert_eq!(choose(Some("fr"), Some(German), Some("es")), French);
        assert_eq!(choose(None, Some(German), Some("es")), German);
        assert_eq!(choose(None, None, Some("es")), Spanish);
        assert_eq!(choose(None, None, None), English);
        for nonsense in ["", "it", "FR", "de\r\nX: y", "<b>", "de,fr"] {
            assert_eq!(choose(Some(nonsense), Some(German), None), German);
            assert_eq!(choose(Some(nonsense), None, None), English);
        }
    }
}
