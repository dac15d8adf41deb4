//! The client's address, as far as proxies can be trusted.

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The nearest address that isn't a trusted proxy's. Each proxy appends to
/// `X-Forwarded-For`, so it is read from right to left.
pub fn find(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
    Some(behind(peer, headers, trusted))
}

fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(&ip.to_canonical()));
    let mut address = peer;
    // Bytes, not text: a value that the client sent must not hide what a proxy appended.
    let forwarded: Vec<&[u8]> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|header| header.as_bytes().split(|b| *b == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|text| !text.is_empty())
        .collect();
    for text in forwarded.into_iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        let Some(next) = parse(text) else { break };
        address = next;
    }
    address
}

/// An address as proxies write it: `192.0.2.1`, `192.0.2.1:5678`,
/// `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`, also quoted.
fn parse(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim_matches('"');
    if let Ok(ip) = text.parse() {
        return Some(ip);
    }
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Some(with_port.ip());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    bare.parse().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            behind(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(seen("203.0.113.9", "1.1.1.1"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", "1.1.1.1"), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", "6.6.6.6, 1.1.1.1"), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2"), "1.1.1.1");
        assert_eq!(seen("::ffff:10.0.0.1", "1.1.1.1"), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", "nonsense"), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", "1.1.1.1, nonsense"), "10.0.0.1");
        assert_eq!(
            seen("10.0.0.1", "6.6.6.6, 10.0.0.3, 1.1.1.1,, 10.0.0.2"),
            "1.1.1.1"
        );
    }

    #[test]
    fn ports_brackets_and_quotes_are_read() {
        for (text, address) in [
            ("192.0.2.1:5678", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
        ] {
            let parsed = parse(text.as_bytes()).map(|ip| ip.to_string());
            assert_eq!(parsed.as_deref(), Some(address), "{text}");
        }
        for text in [
            "",
            "unknown",
            "[192.0.2.1]",
            "[2001:db8::1",
            "192.0.2.1:port",
            "192.0.2",
            "::1]:80",
            "a:1",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn several_headers_are_one_chain_and_odd_bytes_hide_nothing() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |headers: &[&[u8]]| {
            let mut map = HeaderMap::new();
            for header in headers {
                let value = axum::http::HeaderValue::from_bytes(header).unwrap();
                map.append("x-forwarded-for", value);
            }
            behind("10.0.0.1".parse().unwrap(), &map, &trusted).to_string()
        };
        assert_eq!(
            seen(&[b"6.6.6.6", b"[2001:db8::1]:99", b"10.0.0.2:80"]),
            "2001:db8::1"
        );
        assert_eq!(seen(&[b"6.6.6.6, \xff, 1.1.1.1:7"]), "1.1.1.1");
        assert_eq!(seen(&[b"6.6.6.6", b"\xff"]), "10.0.0.1");
    }
}
