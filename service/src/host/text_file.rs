//! Reads text files as editors and shells write them.
//!
//! PowerShell writes UTF-16 with its `>`, editors on Windows put a byte order
//! mark in front, and all of them end the last line. None of that is part of a
//! secret (security.md 88).

use std::{io, path::Path};
use zeroize::Zeroizing;

/// The text of a file, in UTF-8 or, with a byte order mark, in UTF-16.
///
/// # Errors
/// As the system reports them; `InvalidData` if it is not text.
pub fn read(path: &Path) -> io::Result<String> {
    decode(std::fs::read(path)?)
}

/// The text of these bytes, without a byte order mark.
///
/// # Errors
/// `InvalidData` if it is not text.
pub fn decode(bytes: Vec<u8>) -> io::Result<String> {
    let bytes = Zeroizing::new(bytes);
    let no_text = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "it is neither UTF-8 nor UTF-16 with a byte order mark",
        )
    };
    let wide = |units: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let units = Zeroizing::new(pairs.iter().copied().map(units).collect::<Vec<u16>>());
        let text = rest.is_empty().then(|| String::from_utf16(&units).ok());
        text.flatten().ok_or_else(no_text)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        utf8 => {
            let text = std::str::from_utf8(utf8).map_err(|_| no_text())?;
            Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
        }
    }
}

/// A value without surrounding spaces, line ends, and the quotation marks of a
/// shell or an `.env` file. No value of a setting begins or ends with any of
/// these.
pub fn bare(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    ['"', '\'']
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark)?.strip_suffix(mark))
        .map_or(text, str::trim)
}

/// A password from standard input: without its line end, but with spaces, which
/// may belong to it.
///
/// # Errors
/// `InvalidData` if it is not text.
pub fn password(bytes: Vec<u8>) -> io::Result<String> {
    let text = Zeroizing::new(decode(bytes)?);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, encode: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(encode)
            .collect()
    }

    #[test]
    fn s88_what_shells_and_editors_add_is_no_part_of_a_value() {
        let value = "k1:AQIDBA==";
        for file in [
            b"k1:AQIDBA==".to_vec(),
            b"k1:AQIDBA==\n".to_vec(),
            b"k1:AQIDBA==\r\n\r\n".to_vec(),
            b"\xef\xbb\xbfk1:AQIDBA==\r\n".to_vec(),
            b"  k1:AQIDBA== \n".to_vec(),
            b"\"k1:AQIDBA==\"\n".to_vec(),
            b"'k1:AQIDBA=='".to_vec(),
            utf16("k1:AQIDBA==\r\n", u16::to_le_bytes),
            utf16("k1:AQIDBA==", u16::to_be_bytes),
        ] {
            assert_eq!(bare(&decode(file.clone()).unwrap()), value, "{file:?}");
        }
        for kept in ["a\"b", "\"a", "a'", ""] {
            assert_eq!(bare(kept), kept);
        }
        for no_text in [&b"\xff"[..], b"\xff\xfea", b"k\x80", b"\xff\xfe\x00\xd8"] {
            assert!(decode(no_text.to_vec()).is_err(), "{no_text:?}");
        }
    }

    #[test]
    fn s88_the_end_of_a_line_is_no_part_of_a_password() {
        for typed in [
            b" two words ".to_vec(),
            b" two words \n".to_vec(),
            b" two words \r\n".to_vec(),
            b"\xef\xbb\xbf two words \n".to_vec(),
            utf16(" two words \r\n", u16::to_le_bytes),
        ] {
            assert_eq!(password(typed.clone()).unwrap(), " two words ", "{typed:?}");
        }
    }
}
