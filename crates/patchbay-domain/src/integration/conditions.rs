//! When an integration is the one to use.

use serde_json::Value;

/// When an integration is the one to use: a tree of questions that whoever sends asks of a
/// message. It is kept as it came and never asked here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions(Vec<Value>);

/// There are more questions than an integration may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {} entries in all", Conditions::MAX_ENTRIES)]
pub struct TooManyConditions;

impl Conditions {
    /// The most objects that may stand in it, at any depth below its groups.
    pub const MAX_ENTRIES: usize = 100;

    /// Takes groups of questions.
    ///
    /// # Errors
    /// When there are too many of them.
    pub fn new(groups: Vec<Value>) -> Result<Self, TooManyConditions> {
        if entries(&groups) > Self::MAX_ENTRIES { Err(TooManyConditions) } else { Ok(Self(groups)) }
    }

    /// What was stored of them.
    #[must_use]
    pub const fn from_stored(groups: Vec<Value>) -> Self {
        Self(groups)
    }

    /// Nothing is asked: it may always be used.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The groups of questions, one of which has to hold.
    #[must_use]
    pub fn groups(&self) -> &[Value] {
        &self.0
    }
}

fn entries(values: &[Value]) -> usize {
    let below = |value: &Value| match value {
        Value::Object(members) => {
            1 + members.values().filter_map(Value::as_array).map(|items| entries(items)).sum::<usize>()
        }
        Value::Array(items) => entries(items),
        _ => 0,
    };
    values.iter().map(below).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group(children: usize) -> Value {
        json!({"type": "GROUP", "children": vec![json!({"on": "payload"}); children]})
    }

    #[test]
    fn there_are_at_most_a_hundred_entries_counted_at_any_depth() {
        assert!(Conditions::new(vec![group(99)]).is_ok());
        assert_eq!(Conditions::new(vec![group(100)]), Err(TooManyConditions));
        assert_eq!(Conditions::new(vec![group(50), group(49)]), Err(TooManyConditions));
        assert!(Conditions::new(vec![json!({}); 100]).is_ok());
    }
}
