//! Whom a request comes from.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The proxies that are believed when they say for whom they speak.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// The proxies with addresses in these networks.
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The address of the client whose request `peer` has handed in.
    ///
    /// That of the peer itself, unless it is a trusted proxy. Then it is what that proxy
    /// has added to `X-Forwarded-For`, its last entry; where this is a trusted proxy again,
    /// the entry before; and so on to the first that is none. What stands before that,
    /// anyone may have written. An entry that is no address ends the reading: the proxy
    /// that wrote it counts as the client.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trust(client) {
            return client;
        }
        let lines: Vec<_> = headers.get_all(X_FORWARDED_FOR).collect();
        // As bytes: a client that sends what is no text must not spoil what the proxy adds to it.
        let entries = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries.map_while(address) {
            client = entry;
            if !self.trust(client) {
                break;
            }
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address, which some proxies write with a port or in brackets.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    bare.parse().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    const PROXIES: [&str; 3] = ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"];

    fn client(peer: &str, lines: &[&str]) -> String {
        let proxies = TrustedProxies::new(PROXIES.map(|network| network.parse().unwrap()).into());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        assert_eq!(client("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("fd00::1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn entries_are_read_from_the_right_and_trusted_ones_skipped() {
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 198.51.100.1, 192.0.2.7"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.1", "192.0.2.7,fd00::1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn an_entry_that_is_no_address_ends_the_reading() {
        for wrong in ["unknown", "", "1.2.3", "198.51.100.1 x", "_hidden", "\u{e4}", "1.1.1.1:99999"] {
            assert_eq!(client("10.0.0.1", &[&format!("1.1.1.1, {wrong}, 10.0.0.2")]), "10.0.0.2", "{wrong}");
            assert_eq!(client("10.0.0.1", &["1.1.1.1", wrong]), "10.0.0.1", "{wrong}");
        }
    }

    #[test]
    fn an_address_may_have_a_port_or_brackets_and_ipv4_may_be_dressed_as_ipv6() {
        for (written, read) in [
            ("198.51.100.1:4711", "198.51.100.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            assert_eq!(client("::ffff:10.0.0.1", &[written]), read);
        }
    }
}
