//! `outbound.*`: where requests to third parties may go.

use patchbay_providers::OutboundPolicy;
use serde_json::Value;

use super::parse::{list, milliseconds, networks, switch, whole_number};
use super::reader::{Reader, Refusal};

/// The longest time that a setting may name.
const AN_HOUR_IN_MS: u64 = 3_600_000;
/// A larger answer would have to be held in memory as a whole.
const A_GIBIBYTE: usize = 1 << 30;

/// `outbound.*`: where requests to third parties may go.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// What every one of them keeps to.
    pub policy: OutboundPolicy,
}

impl OutboundSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let timeout = reader.required("outbound.timeout_ms", milliseconds(1..=AN_HOUR_IN_MS));
        let networks = reader.required("outbound.allowed_private_networks", networks);
        let allow_http = reader.required("outbound.allow_http", switch);
        let ports = reader.required("outbound.allowed_ports", ports);
        let max_bytes = reader.required("outbound.max_response_bytes", whole_number(1..=A_GIBIBYTE));
        let policy = OutboundPolicy {
            allow_http: allow_http?,
            allowed_private_networks: networks?,
            allowed_ports: ports?,
            timeout: timeout?,
            max_response_bytes: max_bytes?,
        };
        Some(Self { policy })
    }
}

fn ports(value: &Value) -> Result<Vec<u16>, Refusal> {
    let port = whole_number(1..=u16::MAX);
    let ports: Result<_, _> = list(value)?.iter().map(port).collect();
    ports.map_err(|_| "must be a list of ports from 1 to 65535".to_owned())
}
