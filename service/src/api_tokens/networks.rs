//! The networks that a token is limited to.

use ipnet::{IpNet, Ipv4Net};
use std::{
    fmt::{self, Display},
    net::IpAddr,
    str::FromStr,
};

/// The most networks of a token.
const MOST: usize = 50;

/// Networks that a token works from; none means all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// The text is no list of networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoNetworks {
    /// This part of the text is no network.
    #[error(
        "“{0}” is no network; give addresses or networks such as 203.0.113.0/24, separated by commas"
    )]
    Not(String),
    /// There are too many.
    #[error("give at most {MOST} networks")]
    TooMany,
}

impl Networks {
    /// Whether the token works from everywhere.
    pub fn is_everywhere(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the token works from this address. If the address is unknown, it
    /// works only if it works from everywhere.
    pub fn hold(&self, address: Option<IpAddr>) -> bool {
        self.is_everywhere()
            || address.is_some_and(|address| {
                let address = address.to_canonical();
                self.0.iter().any(|network| network.contains(&address))
            })
    }
}

impl FromStr for Networks {
    type Err = NoNetworks;

    /// Separated by commas or blanks.
    fn from_str(text: &str) -> Result<Self, NoNetworks> {
        let networks: Vec<_> = text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|part| !part.is_empty())
            .map(network)
            .collect::<Result<_, _>>()?;
        if networks.len() > MOST {
            return Err(NoNetworks::TooMany);
        }
        Ok(Self(networks))
    }
}

fn network(text: &str) -> Result<IpNet, NoNetworks> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    match network {
        Ok(network) => Ok(canonical(network.trunc())),
        // Shortened, since it may be any text.
        Err(_) => Err(NoNetworks::Not(text.chars().take(50).collect())),
    }
}

/// An IPv4 address written as IPv6 (RFC 4291 2.5.5.2) becomes IPv4.
fn canonical(network: IpNet) -> IpNet {
    if let IpNet::V6(v6) = network
        && let Some(v4) = v6.addr().to_ipv4_mapped()
        && let Some(length) = v6.prefix_len().checked_sub(96)
        && let Ok(v4) = Ipv4Net::new(v4, length)
    {
        return v4.into();
    }
    network
}

impl Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, network) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            // A single address is written without its mask length.
            if network.prefix_len() == network.max_prefix_len() {
                network.addr().fmt(f)?;
            } else {
                network.fmt(f)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(networks: &str, address: &str) -> bool {
        let networks: Networks = networks.parse().unwrap();
        networks.hold(Some(address.parse().unwrap()))
    }

    #[test]
    fn s79_a_network_holds_its_addresses_however_they_are_written() {
        assert!(hold("10.0.0.0/8", "10.1.2.3"));
        assert!(hold("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(hold("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(hold("10.9.9.9/8, 2001:db8::/32", "2001:db8::5"));
        assert!(hold("203.0.113.7", "203.0.113.7"));
        assert!(!hold("203.0.113.7", "203.0.113.8"));
        assert!(!hold("10.0.0.0/8", "11.0.0.0"));
        assert!(!hold("0.0.0.0/0", "2001:db8::5"));
        let (none, some): (Networks, Networks) = ("".parse().unwrap(), "::1".parse().unwrap());
        assert!(none.hold(None) && none.is_everywhere());
        assert!(!some.hold(None), "nobody knows where that is");
    }

    #[test]
    fn texts_are_read_and_written() {
        let networks: Networks = " 203.0.113.9/24\n2001:DB8::1,::ffff:10.0.0.1 "
            .parse()
            .unwrap();
        assert_eq!(
            networks.to_string(),
            "203.0.113.0/24, 2001:db8::1, 10.0.0.1"
        );
        assert_eq!(networks.to_string().parse(), Ok(networks));
        for bad in ["here", "10.0.0.0/33", "10.0.0.0-10.0.0.9", "a.example"] {
            assert!(
                matches!(bad.parse::<Networks>(), Err(NoNetworks::Not(_))),
                "{bad}"
            );
        }
        let many = vec!["::1"; MOST + 1].join(",");
        assert_eq!(many.parse::<Networks>(), Err(NoNetworks::TooMany));
    }
}
