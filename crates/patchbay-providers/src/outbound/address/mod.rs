//! Which addresses belong to the public internet.
//!
//! What is not public is a machine beside this one, the cloud's own service (metadata,
//! credentials), or no machine at all: a request there on behalf of a tenant would speak
//! with the network position of the installation. Everything is judged by the address
//! alone; names play no part here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, third: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), prefix)
}

/// The IPv4 networks that are not public: the special-purpose registry of IANA (RFC 6890)
/// and one address that a cloud gives a private meaning.
const FORBIDDEN_V4: [Ipv4Net; 17] = [
    v4(0, 0, 0, 0, 8),          // this network
    v4(10, 0, 0, 0, 8),         // private
    v4(100, 64, 0, 0, 10),      // shared by carriers; a cloud's metadata among it
    v4(127, 0, 0, 0, 8),        // loopback
    v4(168, 63, 129, 16, 32),   // Azure's service for its own machines, in public dress
    v4(169, 254, 0, 0, 16),     // link-local; the metadata of most clouds
    v4(172, 16, 0, 0, 12),      // private
    v4(192, 0, 0, 0, 24),       // protocol assignments; a cloud's metadata among it
    v4(192, 0, 2, 0, 24),       // documentation
    v4(192, 88, 99, 0, 24),     // 6to4 relays
    v4(192, 168, 0, 0, 16),     // private
    v4(198, 18, 0, 0, 15),      // benchmarks
    v4(198, 51, 100, 0, 24),    // documentation
    v4(203, 0, 113, 0, 24),     // documentation
    v4(224, 0, 0, 0, 4),        // multicast
    v4(240, 0, 0, 0, 4),        // reserved
    v4(255, 255, 255, 255, 32), // broadcast
];

/// All that is globally routed in IPv6 today. Outside it lie loopback, the mapped,
/// compatible and translated forms of IPv4, unique-local, link-local and multicast.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// The holes in [`GLOBAL_V6`].
const FORBIDDEN_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments: Teredo, ORCHID and the like
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x2002, 0, 0, 16),     // 6to4: an IPv4 address in IPv6 dress
    v6(0x3fff, 0, 0, 20),     // documentation
];

/// IPv4 behind a translator (RFC 6052): what a host without IPv4 sees of the IPv4 internet.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

/// Whether an address belongs to the public internet.
///
/// IPv4 inside IPv6 is judged as that IPv4 where such an address is in ordinary use (mapped,
/// and behind the well-known NAT64 prefix, which hosts without IPv4 need), and refused in
/// every other carrier. A translator with a prefix of its own cannot be told from a public
/// network; where there is one, it has to refuse private targets itself.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) if NAT64.contains(&address) => is_public_v4(last_four_bytes(address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address)
                && !FORBIDDEN_V6.iter().any(|network| network.contains(&address))
                && !is_isatap(address)
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !FORBIDDEN_V4.iter().any(|network| network.contains(&address))
}

/// Whether the lower half of an address is IPv4 in the dress of ISATAP (RFC 5214), which
/// may stand under any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, flags, mark, ..] = address.segments();
    matches!(flags, 0 | 0x0200) && mark == 0x5efe
}

fn last_four_bytes(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests;
