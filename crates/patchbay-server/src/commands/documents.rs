//! What commands print. The order of members is part of it.

use chrono::{DateTime, SecondsFormat, Utc};
use patchbay_application::operator::{CreatedKey, Rotated, Verified};
use patchbay_domain::{
    Actor, ApiKey, Environment, Event, KeyId, Organisation, Permission, SecretPlace, VaultError,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};

/// An organisation.
#[derive(Serialize)]
pub struct OrganisationDocument {
    id: String,
    name: String,
    default_environment_id: String,
    created_at: String,
}

impl From<&Organisation> for OrganisationDocument {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id.to_string(),
            name: organisation.name.to_string(),
            default_environment_id: organisation.default_environment.to_string(),
            created_at: time(organisation.created_at),
        }
    }
}

/// An environment.
#[derive(Serialize)]
pub struct EnvironmentDocument {
    id: String,
    organisation_id: String,
    name: String,
    created_at: String,
}

impl From<&Environment> for EnvironmentDocument {
    fn from(environment: &Environment) -> Self {
        Self {
            id: environment.id.to_string(),
            organisation_id: environment.organisation_id.to_string(),
            name: environment.name.to_string(),
            created_at: time(environment.created_at),
        }
    }
}

/// A new key, with its text: this is the one time that it is shown.
#[derive(Serialize)]
pub struct CreatedKeyDocument<'a> {
    id: String,
    key: &'a str,
    #[serde(flatten)]
    facts: KeyFacts,
}

impl<'a> From<&'a CreatedKey> for CreatedKeyDocument<'a> {
    fn from(created: &'a CreatedKey) -> Self {
        Self {
            id: created.key.id.to_string(),
            key: created.text.expose_secret(),
            facts: KeyFacts::from(&created.key),
        }
    }
}

/// A key as it is known later.
#[derive(Serialize)]
pub struct KeyDocument {
    id: String,
    #[serde(flatten)]
    facts: KeyFacts,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl From<&ApiKey> for KeyDocument {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            facts: KeyFacts::from(key),
            last_used_at: key.last_used_at.map(time),
            revoked_at: key.revoked_at.map(time),
        }
    }
}

/// What is said of a key whenever one is shown.
#[derive(Serialize)]
struct KeyFacts {
    prefix: String,
    organisation_id: String,
    environment_id: Option<String>,
    kind: &'static str,
    permissions: Vec<&'static str>,
    expires_at: Option<String>,
    created_at: String,
}

impl From<&ApiKey> for KeyFacts {
    fn from(key: &ApiKey) -> Self {
        Self {
            prefix: key.prefix.clone(),
            organisation_id: key.organisation_id.to_string(),
            environment_id: key.environment_id.map(|id| id.to_string()),
            kind: key.kind.as_str(),
            permissions: key.permissions.iter().map(Permission::as_str).collect(),
            expires_at: key.expires_at.map(time),
            created_at: time(key.created_at),
        }
    }
}

/// A recorded change.
#[derive(Serialize)]
pub struct EventDocument<'a> {
    id: String,
    at: String,
    #[serde(rename = "type")]
    event_type: &'static str,
    actor: ActorDocument,
    environment_id: Option<String>,
    entity: EntityDocument,
    changes: &'a Map<String, Value>,
}

/// Who did it. The operator has no id.
#[derive(Serialize)]
struct ActorDocument {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// What it happened to.
#[derive(Serialize)]
struct EntityDocument {
    kind: &'static str,
    id: String,
}

impl<'a> From<&'a Event> for EventDocument<'a> {
    fn from(event: &'a Event) -> Self {
        let actor = match event.actor {
            Actor::Key(id) => ActorDocument { kind: "key", id: Some(id.to_string()) },
            Actor::Operator => ActorDocument { kind: "operator", id: None },
            Actor::Service => ActorDocument { kind: "service", id: None },
        };
        Self {
            id: event.id.to_string(),
            at: time(event.at),
            event_type: event.event_type.as_str(),
            actor,
            environment_id: event.environment_id.map(|id| id.to_string()),
            entity: EntityDocument { kind: event.entity.as_str(), id: event.entity_id.to_string() },
            changes: &event.digest,
        }
    }
}

/// A new master key.
#[derive(Serialize)]
pub struct MasterKeyDocument<'a> {
    id: &'a str,
    key: &'a str,
}

impl<'a> MasterKeyDocument<'a> {
    /// Shows the key.
    pub fn of(id: &'a KeyId, key: &'a SecretString) -> Self {
        Self { id: id.as_str(), key: key.expose_secret() }
    }
}

/// What a rotation did.
#[derive(Serialize)]
pub struct RotationDocument {
    resealed: u64,
    already_current: u64,
}

impl From<Rotated> for RotationDocument {
    fn from(rotated: Rotated) -> Self {
        Self { resealed: rotated.resealed, already_current: rotated.already_current }
    }
}

/// What a verification found.
#[derive(Serialize)]
pub struct VerificationDocument {
    opened: u64,
    failed: Vec<FailureDocument>,
}

impl From<&Verified> for VerificationDocument {
    fn from(verified: &Verified) -> Self {
        Self {
            opened: verified.opened,
            failed: verified.failed.iter().map(|(place, why)| FailureDocument::of(place, why)).collect(),
        }
    }
}

/// A sealed value that does not open.
#[derive(Serialize)]
struct FailureDocument {
    organisation_id: String,
    field: &'static str,
    id: String,
    reason: String,
}

impl FailureDocument {
    fn of(place: &SecretPlace, why: &VaultError) -> Self {
        Self {
            organisation_id: place.organisation.to_string(),
            field: place.field.as_str(),
            id: place.row.to_string(),
            reason: why.to_string(),
        }
    }
}

/// Migrations that were applied.
#[derive(Serialize)]
pub struct AppliedDocument<'a> {
    /// Their versions.
    pub applied: &'a [String],
}

/// Migrations that were not applied yet.
#[derive(Serialize)]
pub struct PendingDocument<'a> {
    /// Their names.
    pub pending: &'a [String],
}

/// A sandbox that answers, and whom its providers know.
#[derive(Serialize)]
pub struct SandboxDocument<'a> {
    /// Where it is.
    pub url: &'a str,
    /// The application's id.
    pub client_id: &'a str,
    /// The application's secret, which protects nothing.
    pub client_secret: &'a str,
}

/// RFC 3339 in UTC, always with six digits of a second.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::{
        ApiKeyId, ApiKeyName, EntityKind, EnvironmentId, EventId, EventType, KeyHash, KeyKind,
        OrganisationId, OrganisationName, Permissions,
    };
    use serde_json::json;
    use uuid::Uuid;

    fn at(microseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(microseconds).unwrap()
    }

    fn a_key() -> ApiKey {
        ApiKey {
            id: ApiKeyId::from_uuid(Uuid::nil()),
            organisation_id: OrganisationId::from_uuid(Uuid::nil()),
            environment_id: None,
            name: ApiKeyName::parse("ci").unwrap(),
            kind: KeyKind::Zapier,
            prefix: "zap_01234567".to_owned(),
            hash: KeyHash::from_bytes([7; 32]),
            permissions: [Permission::AuditRead].into_iter().collect(),
            requests_per_minute: None,
            expires_at: Some(at(1)),
            created_at: at(0),
            last_used_at: None,
            revoked_at: None,
        }
    }

    fn printed(document: &impl Serialize) -> String {
        serde_json::to_string(document).unwrap()
    }

    #[test]
    fn times_have_six_digits_even_when_they_are_noughts() {
        assert_eq!(time(at(0)), "1970-01-01T00:00:00.000000Z");
        assert_eq!(time(at(1_500_000)), "1970-01-01T00:00:01.500000Z");
    }

    #[test]
    fn an_organisation_has_its_members_in_order() {
        let organisation = Organisation {
            id: OrganisationId::from_uuid(Uuid::nil()),
            name: OrganisationName::parse("acme").unwrap(),
            default_environment: EnvironmentId::from_uuid(Uuid::max()),
            created_at: at(0),
        };
        assert_eq!(
            printed(&OrganisationDocument::from(&organisation)),
            concat!(
                r#"{"id":"00000000-0000-0000-0000-000000000000","name":"acme","#,
                r#""default_environment_id":"ffffffff-ffff-ffff-ffff-ffffffffffff","#,
                r#""created_at":"1970-01-01T00:00:00.000000Z"}"#
            )
        );
    }

    #[test]
    fn a_key_shows_its_text_when_it_is_made_and_never_again() {
        let common = concat!(
            r#""prefix":"zap_01234567","organisation_id":"00000000-0000-0000-0000-000000000000","#,
            r#""environment_id":null,"kind":"zapier","permissions":["audit:read"],"#,
            r#""expires_at":"1970-01-01T00:00:00.000001Z","created_at":"1970-01-01T00:00:00.000000Z""#
        );
        let id = r#""id":"00000000-0000-0000-0000-000000000000""#;
        let created = CreatedKey { key: a_key(), text: "zap_0123456789".into() };
        assert_eq!(
            printed(&CreatedKeyDocument::from(&created)),
            format!(r#"{{{id},"key":"zap_0123456789",{common}}}"#)
        );
        assert_eq!(
            printed(&KeyDocument::from(&a_key())),
            format!(r#"{{{id},{common},"last_used_at":null,"revoked_at":null}}"#)
        );
    }

    #[test]
    fn an_event_says_who_did_what_to_what() {
        let mut event = Event {
            id: EventId::from_uuid(Uuid::nil()),
            organisation_id: OrganisationId::from_uuid(Uuid::max()),
            environment_id: None,
            actor: Actor::Operator,
            event_type: EventType::KeyCreated,
            entity: EntityKind::ApiKey,
            entity_id: Uuid::nil(),
            digest: json!({ "after": { "name": "ci", "kind": "generic" } }).as_object().unwrap().clone(),
            at: at(1),
        };
        let nil = Uuid::nil().to_string();
        let shown = |actor: &str, environment: &str| {
            format!(
                r#"{{"id":"{nil}","at":"1970-01-01T00:00:00.000001Z","type":"key.created","actor":{actor},"environment_id":{environment},"entity":{{"kind":"key","id":"{nil}"}},"changes":{{"after":{{"name":"ci","kind":"generic"}}}}}}"#
            )
        };
        assert_eq!(printed(&EventDocument::from(&event)), shown(r#"{"kind":"operator"}"#, "null"));
        event.actor = Actor::Key(ApiKeyId::from_uuid(Uuid::nil()));
        event.environment_id = Some(EnvironmentId::from_uuid(Uuid::nil()));
        let key = format!(r#"{{"kind":"key","id":"{nil}"}}"#);
        assert_eq!(printed(&EventDocument::from(&event)), shown(&key, &format!(r#""{nil}""#)));
    }

    #[test]
    fn permissions_are_listed_in_their_own_order() {
        let mut key = a_key();
        key.permissions = Permissions::all();
        let listed = KeyFacts::from(&key).permissions;
        assert_eq!(listed.first(), Some(&"integrations:read"));
        assert_eq!(listed.last(), Some(&"audit:read"));
    }
}
