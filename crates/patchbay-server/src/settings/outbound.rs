//! `outbound.*` and `providers.*`: where requests to third parties may go.

use patchbay_providers::{OutboundPolicy, TrustedOrigin};
use serde_json::Value;

use super::parse::{list, milliseconds, switch, text, whole_number};
use super::reader::{Reader, Refusal};

/// The longest time that a setting may name.
const AN_HOUR_IN_MS: u64 = 3_600_000;
/// A larger answer would have to be held in memory as a whole.
const A_GIBIBYTE: usize = 1 << 30;

/// `outbound.*` and `providers.*`: where requests to third parties may go.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// What every one of them keeps to.
    pub policy: OutboundPolicy,
    /// Where every manifest is fetched from, in the place of its own host.
    pub manifests_from: Option<TrustedOrigin>,
    /// Where manifests are fetched from too, whatever the policy says. No setting names it:
    /// `patchbay dev` does, for its sandbox.
    pub manifests_also_from: Option<TrustedOrigin>,
}

impl OutboundSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let timeout = reader.required("outbound.timeout_ms", milliseconds(1..=AN_HOUR_IN_MS));
        let networks = reader.required("outbound.allowed_private_networks", networks);
        let allow_http = reader.required("outbound.allow_http", switch);
        let ports = reader.required("outbound.allowed_ports", ports);
        let max_bytes = reader.required("outbound.max_response_bytes", whole_number(1..=A_GIBIBYTE));
        let manifests_from = reader.optional("providers.json_manifest.base_url", origin);
        let policy = OutboundPolicy {
            allow_http: allow_http?,
            allowed_private_networks: networks?,
            allowed_ports: ports?,
            timeout: timeout?,
            max_response_bytes: max_bytes?,
        };
        Some(Self { policy, manifests_from, manifests_also_from: None })
    }
}

/// The networks, each in the type that the policy has.
fn networks<N: std::str::FromStr>(value: &Value) -> Result<Vec<N>, Refusal> {
    let members = list(value)?;
    let networks = members.iter().map(|member| member.as_str().and_then(|text| text.trim().parse().ok()));
    networks
        .collect::<Option<_>>()
        .ok_or_else(|| "must be a list of networks ADDRESS/BITS, as in 127.0.0.1/32".to_owned())
}

fn ports(value: &Value) -> Result<Vec<u16>, Refusal> {
    let port = whole_number(1..=u16::MAX);
    let ports: Result<_, _> = list(value)?.iter().map(port).collect();
    ports.map_err(|_| "must be a list of ports from 1 to 65535".to_owned())
}

fn origin(value: &Value) -> Result<TrustedOrigin, Refusal> {
    text(value)?.parse().map_err(|invalid: patchbay_providers::InvalidOrigin| invalid.to_string())
}
