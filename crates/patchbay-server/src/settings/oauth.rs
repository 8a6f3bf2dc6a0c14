//! `oauth.*`: where people who authorise connections may be sent in the end.

use patchbay_providers::OutboundUrl;
use serde_json::Value;

use super::parse::list;
use super::reader::{Reader, Refusal};

/// `oauth.*`: where people who authorise connections may be sent in the end.
#[derive(Clone, Debug, Default)]
pub struct OAuthSettings {
    /// The URLs, to the letter.
    pub allowed_redirects: Vec<String>,
}

impl OAuthSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        Some(Self { allowed_redirects: reader.required("oauth.allowed_redirects", urls)? })
    }
}

fn urls(value: &Value) -> Result<Vec<String>, Refusal> {
    let url = |member: &Value| {
        let text = member.as_str()?.trim();
        OutboundUrl::parse(text).ok().map(|_| text.to_owned())
    };
    let all = list(value)?.iter().map(url).collect::<Option<_>>();
    all.ok_or_else(|| "must be a list of absolute http(s) URLs".to_owned())
}
