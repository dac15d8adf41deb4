//! A JSON value of any type that an upstream may send.

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// One member of a JSON object. Text is kept as a secret. Objects, and arrays
/// of anything but texts, are skipped without recursion, so that depth costs
/// nothing.
#[derive(Debug, Default)]
pub(crate) enum Lenient {
    /// `null`, or missing.
    #[default]
    Absent,
    Text(SecretString),
    Int(i128),
    Float(f64),
    /// An array of texts.
    Texts(Vec<SecretString>),
    /// Boolean, object, or an array of anything else.
    Other,
}

impl Lenient {
    /// The text, if the value is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose_secret()),
            _ => None,
        }
    }

    /// Whole seconds, from a number or from a text that holds one; saturating.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn seconds(&self) -> Option<i64> {
        let float = |f: f64| f.is_finite().then_some(f as i64);
        match self {
            Self::Int(n) => Some((*n).clamp(i64::MIN.into(), i64::MAX.into()) as i64),
            Self::Float(f) => float(*f),
            Self::Text(text) => {
                let text = text.expose_secret().trim();
                text.parse()
                    .ok()
                    .or_else(|| text.parse().ok().and_then(float))
            }
            Self::Absent | Self::Texts(_) | Self::Other => None,
        }
    }
}

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor)
    }
}

struct LenientVisitor;

impl<'de> Visitor<'de> for LenientVisitor {
    type Value = Lenient;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Lenient, E> {
        Ok(Lenient::Other)
    }

    fn visit_i64<E>(self, n: i64) -> Result<Lenient, E> {
        Ok(Lenient::Int(n.into()))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Lenient, E> {
        Ok(Lenient::Int(n.into()))
    }

    fn visit_f64<E>(self, f: f64) -> Result<Lenient, E> {
        Ok(Lenient::Float(f))
    }

    fn visit_str<E>(self, text: &str) -> Result<Lenient, E> {
        Ok(Lenient::Text(SecretString::from(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Lenient, E> {
        Ok(Lenient::Text(SecretString::from(text)))
    }

    fn visit_unit<E>(self) -> Result<Lenient, E> {
        Ok(Lenient::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lenient, A::Error> {
        let mut texts = Some(Vec::new());
        while let Some(Element(text)) = seq.next_element()? {
            match (&mut texts, text) {
                (Some(texts), Some(text)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Lenient::Other, Lenient::Texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lenient, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lenient::Other)
    }
}

/// An element of an array: a text, or anything else, which is skipped.
struct Element(Option<SecretString>);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Element, E> {
        Ok(Element(Some(SecretString::from(text))))
    }

    fn visit_unit<E>(self) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Element, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Element(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Element(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_come_in_many_forms() {
        for (json, seconds) in [
            ("86400", Some(86_400)),
            ("0", Some(0)),
            ("-3600", Some(-3_600)),
            ("86400.0", Some(86_400)),
            ("1e12", Some(1_000_000_000_000)),
            ("18446744073709551615", Some(i64::MAX)),
            ("\"86400\"", Some(86_400)),
            ("\" 3600.5 \"", Some(3_600)),
            ("\"inf\"", None),
            ("\"soon\"", None),
            ("null", None),
            ("true", None),
            ("[1]", None),
            ("{\"a\":1}", None),
        ] {
            let lenient: Lenient = serde_json::from_str(json).unwrap();
            assert_eq!(lenient.seconds(), seconds, "{json}");
        }
    }

    #[test]
    fn arrays_of_texts_are_kept() {
        let texts = |json: &str| match serde_json::from_str(json).unwrap() {
            Lenient::Texts(texts) => Some(texts.len()),
            _ => None,
        };
        assert_eq!(texts(r#"["a","b"]"#), Some(2));
        assert_eq!(texts("[]"), Some(0));
        for other in [
            r#"["a",1]"#,
            r#"["a",["b"]]"#,
            r#"[null,"a"]"#,
            r#"[{"a":"b"}]"#,
        ] {
            assert_eq!(texts(other), None, "{other}");
        }
    }

    #[test]
    fn debug_shows_no_text() {
        let lenient: Lenient = serde_json::from_str("\"canary\"").unwrap();
        assert!(!format!("{lenient:?}").contains("canary"));
        assert_eq!(lenient.text(), Some("canary"));
    }
}
