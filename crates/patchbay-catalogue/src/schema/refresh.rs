//! `[auth.refresh]`: how tokens are replaced before they end.

use std::collections::BTreeMap;
use std::time::Duration;

use patchbay_domain::RefreshTerms;

use super::reader::{FromNode, Reading, choice, table};
use crate::template::Template;
use crate::tree::{Node, Path};

choice! {
    /// What becomes of a refresh token.
    RefreshMode {
        /// There is none.
        None = "none",
        /// It stays, unless an answer has another.
        Stable = "stable",
        /// Each is good once.
        Rotating = "rotating",
    }
}

choice! {
    /// When tokens are replaced.
    RefreshTrigger {
        /// Some time before they end.
        BeforeExpiry = "before_expiry",
        /// Once the provider refuses one.
        OnRejected = "on_rejected",
    }
}

/// How tokens are replaced before they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// What becomes of a refresh token.
    pub mode: RefreshMode,
    /// When it is done.
    pub trigger: RefreshTrigger,
    /// How long an access token lives whose answer does not say, in seconds.
    pub access_ttl_s: Option<u64>,
    /// How long a refresh token lives whose answer does not say, in seconds.
    pub refresh_ttl_s: Option<u64>,
    /// How long before its end an access token is replaced, in seconds.
    pub early_s: Option<u64>,
    /// How long a refresh token may lie unused, in seconds.
    pub idle_max_s: Option<u64>,
    /// How long a spent refresh token may be used again when no answer came, in seconds.
    pub retry_old_s: Option<u64>,
    /// What a refresh sends along.
    pub params: BTreeMap<String, Template>,
    /// The provider's words for "ask the person again".
    pub dead: Vec<String>,
}

impl Refresh {
    /// How long before its end an access token is replaced whose entry does not say, in seconds.
    pub const EARLY_S: u64 = 300;

    /// What the model knows of it; nothing where there is no refresh token.
    pub(crate) fn to_domain(&self) -> Option<RefreshTerms> {
        (self.mode != RefreshMode::None).then(|| RefreshTerms {
            is_rotating: self.mode == RefreshMode::Rotating,
            is_on_rejection: self.trigger == RefreshTrigger::OnRejected,
            early: Duration::from_secs(self.early_s.unwrap_or(Self::EARLY_S)),
            idle: self.idle_max_s.map(Duration::from_secs),
            retry_old: self.retry_old_s.map(Duration::from_secs),
        })
    }
}

impl FromNode for Refresh {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let mode = table.required("mode");
            let refresh = Self {
                mode: RefreshMode::None,
                trigger: table.optional("trigger").unwrap_or(RefreshTrigger::BeforeExpiry),
                access_ttl_s: table.optional("access_ttl_s"),
                refresh_ttl_s: table.optional("refresh_ttl_s"),
                early_s: table.optional("early_s"),
                idle_max_s: table.optional("idle_max_s"),
                retry_old_s: table.optional("retry_old_s"),
                params: table.or_none("params"),
                dead: table.or_none("dead"),
            };
            Some(Self { mode: mode?, ..refresh })
        })
    }
}
