//! Compressed bodies (RFC 9110 8.4.1), with or without their header.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use std::io::Read;
use zeroize::Zeroizing;

/// How many times a body may be compressed; no server does it more often.
const DEEPEST: usize = 3;

/// The readable part of a body.
pub(crate) struct Unpacked {
    pub body: Zeroizing<Vec<u8>>,
    /// What was wrong with the rest.
    pub wrong: Option<Wrong>,
}

/// Why a body is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is longer than the limit.
    TooLarge,
    /// It doesn't match its format.
    Broken,
}

#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Zlib,
    /// `deflate` without the wrapper that RFC 9110 8.4.1.2 requires; some
    /// servers send it so.
    Deflate,
}

/// Decompresses a body, to at most `limit` bytes.
///
/// The first bytes decide, since `Content-Encoding` is sometimes wrong or
/// missing: no JSON begins like gzip or zlib. Only a bare deflate stream can't
/// be recognised by its bytes; it needs the header.
pub(crate) fn unpack(headers: &HeaderMap, body: Zeroizing<Vec<u8>>, limit: usize) -> Unpacked {
    let announced = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.to_ascii_lowercase().contains("deflate"));
    let mut unpacked = Unpacked { body, wrong: None };
    for _ in 0..DEEPEST {
        let packing = match unpacked.body.as_slice() {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            // The method, and a header that is divisible by 31 (RFC 1950 2.2).
            [first, second, ..]
                if first & 0x0f == 8
                    && u16::from_be_bytes([*first, *second]).is_multiple_of(31)
                    && *first != b'{' =>
            {
                Packing::Zlib
            }
            bytes if announced && !is_text(bytes) => Packing::Deflate,
            _ => break,
        };
        unpacked = inflate(packing, &unpacked.body, limit);
        if unpacked.wrong.is_some() {
            break;
        }
    }
    unpacked
}

fn is_text(bytes: &[u8]) -> bool {
    let first = bytes.trim_ascii_start().first();
    first.is_none_or(|byte| matches!(byte, b'{' | b'[' | b'<' | b'"' | 0xef | 0xfe | 0xff))
}

fn inflate(packing: Packing, bytes: &[u8], limit: usize) -> Unpacked {
    let mut body = Zeroizing::new(Vec::with_capacity(limit + 1));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = match packing {
        Packing::Gzip => MultiGzDecoder::new(bytes).take(most).read_to_end(&mut body),
        Packing::Zlib => ZlibDecoder::new(bytes).take(most).read_to_end(&mut body),
        Packing::Deflate => DeflateDecoder::new(bytes).take(most).read_to_end(&mut body),
    };
    let wrong = if body.len() > limit {
        body.truncate(limit);
        Some(Wrong::TooLarge)
    } else if read.is_err() {
        Some(Wrong::Broken)
    } else {
        None
    };
    Unpacked { body, wrong }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use std::io::Write;

    const JSON: &[u8] = br#"{"access_token":"at","token_type":"Bearer"}"#;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = GzEncoder::new(Vec::new(), Compression::best());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    fn zlib(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut to = ZlibEncoder::new(Vec::new(), Compression::new(level));
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    fn bare(bytes: &[u8]) -> Vec<u8> {
        let mut to = DeflateEncoder::new(Vec::new(), Compression::best());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    fn read(encoding: Option<&str>, body: Vec<u8>) -> Unpacked {
        let mut headers = HeaderMap::new();
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        }
        unpack(&headers, Zeroizing::new(body), 65_536)
    }

    /// security.md 89: an answer isn't thrown away because of its compression
    #[test]
    fn s89_bodies_are_unpacked_whatever_was_announced() {
        for (encoding, body) in [
            (None, JSON.to_vec()),
            (Some("gzip"), JSON.to_vec()),
            (Some("deflate"), JSON.to_vec()),
            (Some("identity"), JSON.to_vec()),
            (Some("gzip"), gzip(JSON)),
            (Some("x-gzip"), gzip(JSON)),
            (Some("X-GZIP"), gzip(JSON)),
            (None, gzip(JSON)),
            (Some("deflate"), gzip(JSON)),
            (Some("deflate"), zlib(JSON, 0)),
            (Some("deflate"), zlib(JSON, 6)),
            (Some("gzip"), zlib(JSON, 9)),
            (None, zlib(JSON, 1)),
            (Some("deflate"), bare(JSON)),
            (Some("gzip, gzip"), gzip(&gzip(JSON))),
            (Some("deflate, gzip"), gzip(&bare(JSON))),
            (None, [gzip(&JSON[..9]), gzip(&JSON[9..])].concat()),
        ] {
            let unpacked = read(encoding, body);
            assert_eq!(unpacked.wrong, None, "{encoding:?}");
            assert_eq!(unpacked.body.as_slice(), JSON, "{encoding:?}");
        }
    }

    /// security.md 17
    #[test]
    fn s17_nothing_is_unpacked_beyond_the_limit() {
        let bomb = vec![b' '; 4 << 20];
        for body in [gzip(&bomb), zlib(&bomb, 9), gzip(&gzip(&bomb))] {
            let unpacked = read(None, body);
            assert_eq!(unpacked.wrong, Some(Wrong::TooLarge));
            assert_eq!(unpacked.body.len(), 65_536);
        }
        let all = vec![b' '; 65_536];
        assert_eq!(read(None, gzip(&all)).wrong, None);
    }

    #[test]
    fn what_came_before_a_break_stays() {
        let mut cut = gzip(JSON);
        cut.truncate(cut.len() - 9);
        let unpacked = read(Some("gzip"), cut);
        assert_eq!(unpacked.wrong, Some(Wrong::Broken));
        assert!(JSON.starts_with(&unpacked.body));
        let odd = read(Some("deflate"), b"no such thing".to_vec());
        assert_eq!(odd.wrong, Some(Wrong::Broken));
    }

    #[test]
    fn plain_bodies_are_left_alone() {
        for body in [
            &b""[..],
            b"x",
            b"{",
            b"<html>",
            b"plain text",
            b"\xef\xbb\xbf{}",
        ] {
            let unpacked = read(Some("br"), body.to_vec());
            assert_eq!(unpacked.body.as_slice(), body);
        }
    }
}
