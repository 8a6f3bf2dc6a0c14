use proptest::prelude::*;

use super::*;

const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "3ffe:ffff::1",
    "3fff:1000::1",
    "2606:4700::5efd:8.8.8.8",
];

const NOT_PUBLIC: &[&str] = &[
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.2.255",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::8.8.8.8",
    "::ffff:0:8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::5efe:8.8.8.8",
    "64:ff9b::",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::1:8.8.8.8",
    "64:ff9b:0:1::8.8.8.8",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "100:0:0:1::1",
    "1fff:ffff::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:808:808::1",
    "2606:4700::5efe:8.8.8.8",
    "2606:4700::200:5efe:8.8.8.8",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

fn address(text: &&str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn addresses_of_the_internet_are_public() {
    let wrong: Vec<_> = PUBLIC.iter().filter(|text| !is_public(address(text))).collect();
    assert_eq!(wrong, [&""; 0]);
}

#[test]
fn all_other_addresses_are_not() {
    let wrong: Vec<_> = NOT_PUBLIC.iter().filter(|text| is_public(address(text))).collect();
    assert_eq!(wrong, [&""; 0]);
}

#[test]
fn every_forbidden_network_is_forbidden_from_its_first_address_to_its_last() {
    for network in FORBIDDEN_V4 {
        assert!(!is_public(network.network().into()) && !is_public(network.broadcast().into()), "{network}");
    }
    for network in FORBIDDEN_V6 {
        assert!(!is_public(network.network().into()) && !is_public(network.broadcast().into()), "{network}");
    }
}

/// The ways in which IPv6 carries IPv4: a name, and what makes the IPv6 address of it.
type Carrier = (&'static str, fn(u128) -> u128);

/// The carriers that are refused whatever they carry, because nothing public is reached
/// through them.
const CLOSED_CARRIERS: [Carrier; 8] = [
    ("compatible", |ip| ip),
    ("translated", |ip| 0xffff << 48 | ip),
    ("NAT64 for local use", |ip| 0x0064_ff9b_0001 << 80 | ip),
    ("6to4", |ip| 0x2002 << 112 | ip << 80 | 1),
    ("Teredo server", |ip| 0x2001_0000 << 96 | ip << 64),
    ("Teredo client", |ip| 0x2001_0000 << 96 | ip ^ 0xffff_ffff),
    ("ISATAP", |ip| 0x2606_4700 << 96 | 0x5efe << 32 | ip),
    ("ISATAP, unique", |ip| 0x2606_4700 << 96 | 0x0200_5efe << 32 | ip),
];

/// The carriers that are judged by what they carry.
const OPEN_CARRIERS: [Carrier; 2] =
    [("mapped", |ip| 0xffff << 32 | ip), ("NAT64", |ip| 0x0064_ff9b << 96 | ip)];

fn carried(by: Carrier, ip: Ipv4Addr) -> IpAddr {
    Ipv6Addr::from_bits(by.1(ip.to_bits().into())).into()
}

fn forbidden_v4() -> impl Strategy<Value = Ipv4Addr> {
    (prop::sample::select(FORBIDDEN_V4.as_slice()), any::<u32>()).prop_map(|(network, host)| {
        Ipv4Addr::from_bits(network.network().to_bits() | host & network.hostmask().to_bits())
    })
}

proptest! {
    #[test]
    fn a_forbidden_ipv4_address_is_forbidden_in_every_carrier(ip in forbidden_v4()) {
        prop_assert!(!is_public(ip.into()));
        for carrier in CLOSED_CARRIERS.into_iter().chain(OPEN_CARRIERS) {
            prop_assert!(!is_public(carried(carrier, ip)), "{}: {}", carrier.0, carried(carrier, ip));
        }
    }

    #[test]
    fn a_carrier_is_never_wider_than_what_it_carries(bits in any::<u32>()) {
        let ip = Ipv4Addr::from_bits(bits);
        for carrier in CLOSED_CARRIERS {
            prop_assert!(!is_public(carried(carrier, ip)), "{}: {}", carrier.0, carried(carrier, ip));
        }
        for carrier in OPEN_CARRIERS {
            prop_assert_eq!(is_public(carried(carrier, ip)), is_public(ip.into()), "{}", carrier.0);
        }
    }

    #[test]
    fn no_ipv6_address_outside_the_global_range_is_public_but_for_two_carriers(bits in any::<u128>()) {
        let address = Ipv6Addr::from_bits(bits);
        let carries = address.to_ipv4_mapped().is_some() || NAT64.contains(&address);
        prop_assert!(bits >> 125 == 1 || carries || !is_public(address.into()));
    }
}
