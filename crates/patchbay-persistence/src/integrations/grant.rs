//! What is known of a grant, as it is stored beside its tokens.

use chrono::{DateTime, NaiveDateTime, Utc};
use patchbay_domain::{AccountId, Grant, RepositoryError, Sealed};
use serde_json::{Map, Value, json};

use crate::columns::{Reading, actor_column};

/// All that is known of a grant but its end, which is a column of its own.
pub(super) fn info_column(grant: &Grant) -> String {
    let Grant { account, scopes, granted_by, granted_at, .. } = grant;
    json!({
        "account": account.as_ref().map(AccountId::as_str),
        "scopes": scopes,
        "by": actor_column(*granted_by),
        "at": granted_at.to_rfc3339(),
    })
    .to_string()
}

/// Puts a grant together again.
pub(super) fn read(
    read: Reading,
    tokens: Sealed,
    info: Option<&str>,
    expires_at: Option<NaiveDateTime>,
) -> Result<Grant, RepositoryError> {
    let info: Map<String, Value> = read.value(serde_json::from_str(info.unwrap_or_default()))?;
    let text = |name: &str| info.get(name).and_then(Value::as_str);
    let scopes = info.get("scopes").and_then(Value::as_array).into_iter().flatten();
    Ok(Grant {
        tokens,
        account: text("account").map(|account| read.value(AccountId::parse(account))).transpose()?,
        scopes: scopes.filter_map(Value::as_str).map(str::to_owned).collect(),
        expires_at: expires_at.map(|at| at.and_utc()),
        granted_by: read.actor(text("by").unwrap_or_default())?,
        granted_at: read.value(text("at").unwrap_or_default().parse::<DateTime<Utc>>())?,
    })
}
