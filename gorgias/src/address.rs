//! Which kind of network an IP address belongs to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network of an address, as far as it matters for a request to Gorgias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// The internet.
    Public,
    /// Loopback, private, shared (CGNAT) or unique-local: only for simulators.
    Private,
    /// Gorgias and simulators never have such an address, so it is never
    /// allowed: link-local (cloud metadata), multicast, documentation,
    /// unspecified, reserved.
    Never,
}

/// Sorts an address by the IANA special-purpose registries (RFC 6890).
pub fn network(ip: IpAddr) -> Network {
    match ip {
        IpAddr::V4(ip) => network_v4(ip),
        IpAddr::V6(ip) => network_v6(ip),
    }
}

fn network_v4(ip: Ipv4Addr) -> Network {
    match ip.octets() {
        [127, ..] | [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => {
            Network::Private
        }
        // "This" network, link-local, protocol assignments, documentation,
        // 6to4 relays, benchmarking, multicast, reserved and broadcast.
        [0, ..]
        | [169, 254, ..]
        | [192, 0, 0, _]
        | [192, 0, 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Network::Never,
        _ => Network::Public,
    }
}

fn network_v6(ip: Ipv6Addr) -> Network {
    let segments = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        network_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Network::Private,
        [0, 0, 0, 0, 0, 0, 0, 0] => Network::Never,
        // v4-mapped (RFC 4291 2.5.5.2): no resolver gives it for a public host,
        // so it is never public, whatever it maps.
        [0, 0, 0, 0, 0, 0xffff, high, low] => match v4(high, low) {
            Network::Never => Network::Never,
            Network::Private | Network::Public => Network::Private,
        },
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to the address within.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(v4(high, low)),
        [0x2002, high, low, ..] => embedded(v4(high, low)),
        // Unique-local (RFC 4193).
        [0xfc00..=0xfdff, ..] => Network::Private,
        // Protocol assignments with Teredo and ORCHID (2001::/23), documentation
        // (2001:db8::/32, 3fff::/20).
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Network::Never,
        // All that IANA has given out.
        [0x2000..=0x3fff, ..] => Network::Public,
        // v4-compatible, local-use NAT64, discard, link-local, site-local,
        // multicast, the rest.
        _ => Network::Never,
    }
}

/// A translated address is public or not allowed: a simulator is never behind a translator.
const fn embedded(within: Network) -> Network {
    match within {
        Network::Public => Network::Public,
        Network::Private | Network::Never => Network::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// security.md 9
    #[test]
    fn s09_every_special_range_is_sorted() {
        for (kind, addresses) in [
            (
                Network::Private,
                &[
                    "127.0.0.1",
                    "127.255.255.254",
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "100.64.0.1",
                    "100.127.255.255",
                    "::1",
                    "fc00::1",
                    "fdff::1",
                    "::ffff:127.0.0.1",
                    "::ffff:8.8.8.8",
                ][..],
            ),
            (
                Network::Never,
                &[
                    "0.0.0.0",
                    "0.1.2.3",
                    "169.254.169.254",
                    "192.0.0.1",
                    "192.0.2.1",
                    "192.88.99.1",
                    "198.18.0.1",
                    "198.19.255.255",
                    "198.51.100.7",
                    "203.0.113.7",
                    "224.0.0.1",
                    "239.1.1.1",
                    "240.0.0.1",
                    "255.255.255.255",
                    "::",
                    "::8.8.8.8",
                    "::127.0.0.1",
                    "::ffff:169.254.169.254",
                    "64:ff9b::127.0.0.1",
                    "64:ff9b::a00:1",
                    "64:ff9b:1::8.8.8.8",
                    "100::1",
                    "2001::1",
                    "2001:10::1",
                    "2001:db8::1",
                    "2002:7f00:1::",
                    "2002:a00:1::1",
                    "2002:c0a8:101::1",
                    "3fff::1",
                    "5f00::1",
                    "fe80::1",
                    "febf::1",
                    "fec0::1",
                    "ff02::1",
                ],
            ),
            (
                Network::Public,
                &[
                    "8.8.8.8",
                    "34.1.2.3",
                    "100.63.255.255",
                    "100.128.0.1",
                    "172.15.0.1",
                    "172.32.0.1",
                    "192.0.1.1",
                    "223.255.255.255",
                    "2600:1901::1",
                    "2001:4860:4860::8888",
                    "64:ff9b::8.8.8.8",
                    "2002:808:808::1",
                ],
            ),
        ] {
            for address in addresses {
                assert_eq!(network(address.parse().unwrap()), kind, "{address}");
            }
        }
    }
}
