//! The address that a request comes from, as far as it can be believed.

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The nearest address that isn't a trusted proxy's. `X-Forwarded-For` is
/// written from left to right, so it is believed from right to left.
pub fn find(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
    Some(behind(peer, headers, trusted))
}

fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(&ip.to_canonical()));
    let mut address = peer;
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .map(str::trim)
        .collect::<Vec<_>>();
    for text in forwarded.into_iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        let Ok(next) = text.parse() else { break };
        address = next;
    }
    address
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
    }
}
