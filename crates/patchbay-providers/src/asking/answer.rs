//! What was answered, held against what an entry says of answers.

use patchbay_catalogue::{AnswerMatch, BodyTest, Limits, StatusRule};
use patchbay_domain::FieldKind;
use serde_json::Value;

use super::known::Known;
use super::text_of;
use crate::OutboundResponse;

/// An answer, as far as it is judged.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body; `None` when that is no JSON.
    pub(crate) body: Option<Value>,
}

impl Answer {
    /// What is judged of a response.
    pub(crate) fn of(response: &OutboundResponse) -> Self {
        Self { status: response.status(), body: serde_json::from_slice(response.body()).ok() }
    }

    /// Whether it is one of those that an entry describes so.
    pub(crate) fn is_like(&self, like: &AnswerMatch, known: &Known<'_>) -> bool {
        let has_status = like.status.is_empty() || is_among(&like.status, self.status);
        let holds =
            |test: &BodyTest| self.body.as_ref().is_some_and(|body| holds(test, body, known) == Some(true));
        has_status && like.body.as_ref().is_none_or(holds)
    }

    /// Whether it is one of those that an entry's limits describe.
    pub(crate) fn is_throttled(&self, limits: Option<&Limits>, known: &Known<'_>) -> bool {
        let throttled = limits.map(|limits| limits.throttled.as_slice()).unwrap_or_default();
        throttled.iter().any(|throttled| self.is_like(throttled, known))
    }
}

/// Whether a status is one of those that an entry names.
pub(crate) fn is_among(rules: &[StatusRule], status: u16) -> bool {
    rules.iter().any(|rule| rule.holds_for(status))
}

/// Whether a test holds; `None` when there is nothing to compare with.
pub(crate) fn holds(test: &BodyTest, body: &Value, known: &Known<'_>) -> Option<bool> {
    test.holds_for(body, |key, value| {
        let (field, wanted) = known.said(key)?;
        Some(value.and_then(text_of).is_some_and(|value| is_same(field.kind, &value, &wanted)))
    })
}

/// Hosts and addresses of mail mean the same in any case.
pub(crate) fn is_same(kind: FieldKind, one: &str, other: &str) -> bool {
    match kind {
        FieldKind::Email | FieldKind::Host => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}
