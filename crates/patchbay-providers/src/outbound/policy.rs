//! What the operator lets out.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::is_public;

/// What the operator lets out, and for how long and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundPolicy {
    /// Whether public hosts may be asked in plain http.
    pub allow_http: bool,
    /// What may be reached although it is not public: there on any port, and in plain http.
    pub allowed_private_networks: Vec<IpNet>,
    /// The ports of public hosts that may be reached.
    pub allowed_ports: Vec<u16>,
    /// The most that one request may take, from resolving the name to the answer's last byte.
    pub timeout: Duration,
    /// The most bytes that the body of an answer may have.
    pub max_response_bytes: usize,
}

impl Default for OutboundPolicy {
    /// Public hosts alone, by https on the usual ports; 10 seconds, 1 MiB.
    fn default() -> Self {
        Self {
            allow_http: false,
            allowed_private_networks: Vec::new(),
            allowed_ports: vec![80, 443, 8080, 8443],
            timeout: Duration::from_secs(10),
            max_response_bytes: 1 << 20,
        }
    }
}

/// How far a request may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Wherever the operator's own setting points.
    Anywhere,
    /// The public internet and the allowed private networks.
    Public,
    /// The allowed private networks alone.
    Private,
}

impl OutboundPolicy {
    /// How far a request with that scheme and port may reach; `None` when nowhere.
    pub(super) fn reach(&self, https: bool, port: u16) -> Option<Reach> {
        if (https || self.allow_http) && self.allowed_ports.contains(&port) {
            Some(Reach::Public)
        } else {
            (!self.allowed_private_networks.is_empty()).then_some(Reach::Private)
        }
    }

    /// Whether a request of that reach may connect to that address.
    pub(super) fn permits(&self, reach: Reach, address: IpAddr) -> bool {
        let is_allowed = || {
            let canonical = address.to_canonical();
            self.allowed_private_networks.iter().any(|network| network.contains(&canonical))
        };
        match reach {
            Reach::Anywhere => true,
            Reach::Public => is_public(address) || is_allowed(),
            Reach::Private => is_allowed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowing(networks: &[&str]) -> OutboundPolicy {
        let allowed_private_networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        OutboundPolicy { allowed_private_networks, ..OutboundPolicy::default() }
    }

    #[test]
    fn public_hosts_are_reached_by_https_on_the_allowed_ports_alone() {
        let policy = OutboundPolicy::default();
        for port in [80, 443, 8080, 8443] {
            assert_eq!(policy.reach(true, port), Some(Reach::Public), "{port}");
            assert_eq!(policy.reach(false, port), None, "{port}");
        }
        for port in [0, 22, 25, 81, 5432, 65535] {
            assert_eq!(policy.reach(true, port), None, "{port}");
        }
    }

    #[test]
    fn the_operator_can_allow_plain_http_but_no_other_port_by_it() {
        let policy = OutboundPolicy { allow_http: true, ..OutboundPolicy::default() };
        assert_eq!(policy.reach(false, 80), Some(Reach::Public));
        assert_eq!(policy.reach(false, 81), None);
    }

    #[test]
    fn an_allowed_private_network_is_reached_on_any_port_and_in_plain_http() {
        let policy = allowing(&["127.0.0.1/32", "fd00::/8"]);
        for (https, port) in [(false, 80), (false, 1), (true, 6000)] {
            let reach = policy.reach(https, port).unwrap();
            assert_eq!(reach, Reach::Private);
            for (address, permitted) in [
                ("127.0.0.1", true),
                ("::ffff:127.0.0.1", true),
                ("fd00::1", true),
                ("127.0.0.2", false),
                ("::1", false),
                ("8.8.8.8", false),
            ] {
                assert_eq!(policy.permits(reach, address.parse().unwrap()), permitted, "{address}");
            }
        }
    }

    #[test]
    fn allowing_a_private_network_opens_no_other_and_closes_nothing() {
        let policy = allowing(&["10.0.0.0/8"]);
        let reach = policy.reach(true, 443).unwrap();
        for (address, permitted) in [
            ("8.8.8.8", true),
            ("10.1.2.3", true),
            ("64:ff9b::10.1.2.3", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
        ] {
            assert_eq!(policy.permits(reach, address.parse().unwrap()), permitted, "{address}");
        }
    }
}
