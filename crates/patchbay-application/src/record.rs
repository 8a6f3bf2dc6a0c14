//! Recording what happened.

use chrono::{DateTime, Utc};
use patchbay_domain::{EntityKind, Event, EventId, EventType, IdGenerator, Integration};
use serde_json::{Map, Value};

use crate::Caller;

/// Makes the events of one run of a use case.
pub struct Recorder<'a> {
    /// Who acts.
    pub caller: &'a Caller,
    /// Names events.
    pub ids: &'a dyn IdGenerator,
    /// When.
    pub at: DateTime<Utc>,
}

impl Recorder<'_> {
    /// Something that happened to an integration.
    pub fn integration(
        &self,
        event_type: EventType,
        about: &Integration,
        digest: Map<String, Value>,
    ) -> Event {
        Event {
            environment_id: Some(about.parts().environment_id),
            entity: EntityKind::Integration,
            entity_id: about.id().as_uuid(),
            ..self.event(event_type, digest)
        }
    }

    /// Something that happened to the organisation as a whole.
    pub fn event(&self, event_type: EventType, digest: Map<String, Value>) -> Event {
        Event {
            id: EventId::from_uuid(self.ids.uuid()),
            organisation_id: self.caller.organisation(),
            environment_id: None,
            actor: self.caller.actor(),
            event_type,
            entity: EntityKind::Organisation,
            entity_id: self.caller.organisation().as_uuid(),
            digest,
            at: self.at,
        }
    }
}

/// `{"after": …}`: what is new.
pub fn made(after: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([("after".to_owned(), Value::Object(after))])
}

/// `{"before": …}`: what is gone.
pub fn gone(before: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([("before".to_owned(), Value::Object(before))])
}

/// `{"before": …, "after": …}` with the members that differ.
pub fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let differs = |name: &String| before.get(name) != after.get(name);
    let pick = |side: &Map<String, Value>| -> Map<String, Value> {
        side.iter()
            .filter(|(name, _)| differs(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let (old, new) = (pick(before), pick(after));
    gone(old).into_iter().chain(made(new)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_holds_what_differs_and_nothing_else() {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let before = map(json!({"name": "a", "kind": "x", "old": 1}));
        let after = map(json!({"name": "b", "kind": "x", "new": 2}));
        assert_eq!(
            Value::Object(difference(&before, &after)),
            json!({"before": {"name": "a", "old": 1}, "after": {"name": "b", "new": 2}})
        );
    }
}
