//! The members of a JSON object, as far as its text can be read.
//!
//! A derived type gives nothing for an object that breaks off or has a name
//! twice. This reader keeps the members before that, since one of them may be a
//! refresh token that is never sent again.

use crate::lenient::Lenient;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::{borrow::Cow, fmt};
use zeroize::Zeroizing;

/// Members of an object.
pub(crate) struct Members<const N: usize> {
    /// In the order of the names. A name that occurs twice with different
    /// values is [`Lenient::Other`].
    pub values: [Lenient; N],
    /// Whether the text is one whole object without anything after it.
    pub whole: bool,
}

/// Reads the members of these names; `None` if the text doesn't begin with an object.
pub(crate) fn members<const N: usize>(json: &[u8], names: [&str; N]) -> Option<Members<N>> {
    let text = text(json);
    let json = match &text {
        Some(text) => text.as_bytes(),
        None => json,
    };
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let mut found = Found {
        names,
        values: std::array::from_fn(|_| None),
    };
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = Collect(&mut found).deserialize(&mut reader);
    let whole = read.is_ok() && reader.end().is_ok();
    Some(Members {
        values: found.values.map(Option::unwrap_or_default),
        whole,
    })
}

/// The text as UTF-8 without a byte order mark, if it isn't that already.
/// UTF-16 is recognised by its mark, or by the zero byte next to the brace of
/// the object (RFC 4627 3). What is not text becomes U+FFFD.
fn text(json: &[u8]) -> Option<Zeroizing<String>> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| match pair {
            [a, b] => unit([*a, *b]),
            _ => 0,
        });
        let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        text
    };
    match json {
        [0xff, 0xfe, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        [b'{', 0, ..] => Some(utf16(json, u16::from_le_bytes)),
        [0, b'{', ..] => Some(utf16(json, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(utf8(rest)),
        _ if std::str::from_utf8(json).is_err() => Some(utf8(json)),
        _ => None,
    }
}

fn utf8(bytes: &[u8]) -> Zeroizing<String> {
    // An invalid byte becomes three bytes.
    let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

struct Found<'n, const N: usize> {
    names: [&'n str; N],
    values: [Option<Lenient>; N],
}

impl<const N: usize> Found<'_, N> {
    fn put(&mut self, place: usize, value: Lenient) {
        let Some(slot) = self.values.get_mut(place) else {
            return;
        };
        let same = match slot {
            None => true,
            Some(first) => first.text().is_some() && first.text() == value.text(),
        };
        *slot = Some(if same { value } else { Lenient::Other });
    }
}

struct Collect<'f, 'n, const N: usize>(&'f mut Found<'n, N>);

impl<'de, const N: usize> DeserializeSeed<'de> for Collect<'_, '_, N> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Collect<'_, '_, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            match self.0.names.iter().position(|wanted| *wanted == name) {
                Some(place) => {
                    let value = map.next_value()?;
                    self.0.put(place, value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &[u8]) -> (Option<String>, Option<String>, bool) {
        let Members { values, whole } = members(json, ["a", "b"]).unwrap();
        let [a, b] = values.map(|value| value.text().map(str::to_owned));
        (a, b, whole)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_stood_before_a_break_is_known() {
        let both = (some("1"), some("2"), true);
        assert_eq!(read(br#" {"a":"1","x":[{}],"b":"2"} "#), both);
        let broken = (some("1"), None, false);
        for json in [
            &br#"{"a":"1","b":"2"#[..],
            br#"{"a":"1","b""#,
            br#"{"a":"1","#,
            br#"{"a":"1"} and more"#,
            br#"{"a":"1"}{"b":"2"}"#,
            br#"{"a":"1",b:"2"}"#,
        ] {
            assert_eq!(read(json), broken, "{}", json.escape_ascii());
        }
    }

    #[test]
    fn a_name_twice_is_no_value_unless_both_are_the_same() {
        assert_eq!(read(br#"{"a":"1","a":"2","b":"2"}"#).0, None);
        assert_eq!(read(br#"{"a":"1","a":null}"#).0, None);
        assert_eq!(read(br#"{"a":"1","a":"1"}"#).0, some("1"));
    }

    #[test]
    fn texts_come_in_many_encodings() {
        let json = r#"{"a":"ä","b":"2"}"#;
        let both = (some("ä"), some("2"), true);
        let le: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = json.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&[b"\xef\xbb\xbf", json.as_bytes()].concat()), both);
        assert_eq!(read(&le), both);
        assert_eq!(read(&be), both);
        assert_eq!(read(&[b"\xff\xfe", &le[..]].concat()), both);
        assert_eq!(read(&[b"\xfe\xff", &be[..]].concat()), both);
        let latin = read(b"{\"a\":\"\xe4\",\"b\":\"2\"}");
        assert_eq!(latin, (some("\u{fffd}"), some("2"), true));
    }

    #[test]
    fn anything_but_an_object_has_no_members() {
        for json in [&b""[..], b"[]", b"null", b"\"{\"", b"<html>", b"\xff"] {
            assert!(members(json, ["a"]).is_none(), "{}", json.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = members(&bytes, ["a"]);
            let _ = members(&[b"{\"a\":", &bytes[..]].concat(), ["a"]);
        }
    }
}
