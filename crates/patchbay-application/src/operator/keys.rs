//! API keys of an organisation.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    ApiKey, ApiKeyId, ApiKeyName, ApiKeyRepository, Changes, Clock, EntityKind, EnvironmentId,
    EnvironmentRepository, Event, EventType, IdGenerator, KeyKind, KeyLookup, KeyScheme, Permission,
    Permissions, RequestsPerMinute, UnitOfWork,
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::record::{Recorder, gone, made};
use crate::{AppError, Caller, Entity};

/// What is chosen of a new key.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is called.
    pub name: ApiKeyName,
    /// What it is for.
    pub kind: KeyKind,
    /// The one environment that it is bound to, if any.
    pub environment: Option<EnvironmentId>,
    /// What it may do.
    pub permissions: Permissions,
    /// How many requests it may make in a minute, if that is not left to the installation.
    pub requests_per_minute: Option<RequestsPerMinute>,
    /// How long it lives, if not for ever.
    pub expires_in: Option<TimeDelta>,
}

/// A new key and its text, which is shown this once and never stored.
#[derive(Debug)]
pub struct CreatedKey {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub text: SecretString,
}

/// Makes a key.
pub struct CreateKey {
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Knows the environment that it is to be bound to.
    pub environments: Arc<dyn EnvironmentRepository>,
    /// Makes its text.
    pub scheme: Arc<dyn KeyScheme>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
}

impl CreateKey {
    /// Makes the key.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::KeysWrite`], or when the key would be
    /// allowed what the caller is not; [`AppError::NotFound`] when the caller sees no such
    /// environment.
    pub async fn run(&self, caller: &Caller, new: NewKey) -> Result<CreatedKey, AppError> {
        caller.require(Permission::KeysWrite)?;
        new.permissions.iter().try_for_each(|permission| caller.require(permission))?;
        let environment_id = new.environment.or(caller.scope().environment());
        if let Some(id) = environment_id {
            let found = self.environments.find(caller.scope(), id).await?;
            found.ok_or(AppError::NotFound(Entity::Environment))?;
        }
        let minted = self.scheme.mint(new.kind).map_err(AppError::Internal)?;
        let now = self.clock.now();
        let key = ApiKey {
            id: ApiKeyId::from_uuid(self.ids.uuid()),
            organisation_id: caller.organisation(),
            environment_id,
            name: new.name,
            kind: new.kind,
            prefix: minted.prefix,
            hash: minted.hash,
            permissions: new.permissions,
            requests_per_minute: new.requests_per_minute,
            expires_at: new.expires_in.and_then(|time| now.checked_add_signed(time)),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let event = about(&key, &self.recorder(caller, now), EventType::KeyCreated, made(facts(&key)));
        self.work.commit(caller.scope(), Changes::new().key(&key).event(event)).await?;
        Ok(CreatedKey { key, text: minted.text })
    }

    fn recorder<'a>(&'a self, caller: &'a Caller, at: DateTime<Utc>) -> Recorder<'a> {
        Recorder { caller, ids: &*self.ids, at }
    }
}

/// Lists the keys that a caller sees.
pub struct ListKeys {
    /// Reads them.
    pub keys: Arc<dyn ApiKeyRepository>,
}

impl ListKeys {
    /// The keys, oldest first, the revoked and expired among them.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::KeysWrite`].
    pub async fn run(&self, caller: &Caller) -> Result<Vec<ApiKey>, AppError> {
        caller.require(Permission::KeysWrite)?;
        Ok(self.keys.list(caller.scope()).await?)
    }
}

/// Revokes a key of any organisation, for the operator.
pub struct RevokeKey {
    /// Finds it.
    pub keys: Arc<dyn KeyLookup>,
    /// Saves that it is revoked.
    pub work: Arc<dyn UnitOfWork>,
    /// Dates that.
    pub clock: Arc<dyn Clock>,
    /// Names the record of it.
    pub ids: Arc<dyn IdGenerator>,
}

impl RevokeKey {
    /// Has the key refused from now on, everywhere within a few seconds. A key that was
    /// revoked before stays so, with its time.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such key.
    pub async fn run(&self, id: ApiKeyId) -> Result<ApiKey, AppError> {
        let owner = self.keys.find_by_id(id).await?.ok_or(AppError::NotFound(Entity::ApiKey))?;
        let mut key = owner.key.clone();
        if key.revoked_at.is_some() {
            return Ok(key);
        }
        let operator = Caller::operator(&owner.organisation);
        let now = self.clock.now();
        let recorder = Recorder { caller: &operator, ids: &*self.ids, at: now };
        let event = about(&key, &recorder, EventType::KeyRevoked, gone(facts(&key)));
        self.work.commit(operator.scope(), Changes::new().revoke_key(id, now).event(event)).await?;
        key.revoked_at = Some(now);
        Ok(key)
    }
}

fn about(key: &ApiKey, recorder: &Recorder<'_>, event_type: EventType, digest: Map<String, Value>) -> Event {
    Event {
        environment_id: key.environment_id,
        entity: EntityKind::ApiKey,
        entity_id: key.id.as_uuid(),
        ..recorder.event(event_type, digest)
    }
}

fn facts(key: &ApiKey) -> Map<String, Value> {
    let permissions: Vec<_> = key.permissions.iter().map(Permission::as_str).collect();
    let mut facts = Map::from_iter([
        ("name".to_owned(), json!(key.name.as_str())),
        ("kind".to_owned(), json!(key.kind.as_str())),
        ("prefix".to_owned(), json!(key.prefix)),
        ("permissions".to_owned(), json!(permissions)),
    ]);
    if let Some(limit) = key.requests_per_minute {
        facts.insert("requests_per_minute".to_owned(), json!(limit.get()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_key_owner, an_organisation, at, caller};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        KeyHash, KeyWrite, MintedKey, MockEnvironmentRepository, MockKeyLookup, MockKeyScheme, MockUnitOfWork,
    };
    use uuid::Uuid;

    fn new_key(permissions: &[Permission], environment: Option<EnvironmentId>) -> NewKey {
        NewKey {
            name: ApiKeyName::parse("deploy").unwrap(),
            kind: KeyKind::Generic,
            environment,
            permissions: permissions.iter().copied().collect(),
            requests_per_minute: RequestsPerMinute::new(7),
            expires_in: Some(TimeDelta::days(1)),
        }
    }

    fn create(
        caller: &Caller,
        work: MockUnitOfWork,
        environments: MockEnvironmentRepository,
        new: NewKey,
    ) -> Result<CreatedKey, AppError> {
        let mut scheme = MockKeyScheme::new();
        scheme.expect_mint().returning(|_| {
            Ok(MintedKey {
                text: "planted-key".into(),
                prefix: "ck_".to_owned(),
                hash: KeyHash::from_bytes([2; 32]),
            })
        });
        let create = CreateKey {
            work: Arc::new(work),
            environments: Arc::new(environments),
            scheme: Arc::new(scheme),
            clock: Arc::new(FixedClock::at(at(0))),
            ids: Arc::new(SequentialIds::default()),
        };
        block_on(create.run(caller, new))
    }

    #[test]
    fn the_text_of_a_key_is_handed_out_and_not_saved() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            assert!(matches!(changes.api_keys[..], [KeyWrite::Insert(_)]));
            assert_eq!(changes.events[0].event_type, EventType::KeyCreated);
            assert_eq!(changes.events[0].digest["after"]["requests_per_minute"], 7);
            assert!(!format!("{changes:?}").contains("planted-key"));
            Ok(())
        });
        let operator = Caller::operator(&an_organisation());
        let new = new_key(&[Permission::IntegrationsRead], None);
        let made = create(&operator, work, MockEnvironmentRepository::new(), new).unwrap();
        assert_eq!(made.key.expires_at, Some(at(0) + TimeDelta::days(1)));
    }

    #[test]
    fn nobody_makes_a_key_that_may_more_than_its_maker() {
        let maker = caller(&[Permission::KeysWrite, Permission::IntegrationsRead]);
        let new = new_key(&[Permission::IntegrationsRead, Permission::IntegrationsWrite], None);
        let outcome = create(&maker, MockUnitOfWork::new(), MockEnvironmentRepository::new(), new);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
    }

    #[test]
    fn a_key_is_not_bound_to_an_environment_that_its_maker_does_not_see() {
        let mut environments = MockEnvironmentRepository::new();
        environments.expect_find().returning(|_, _| Ok(None));
        let elsewhere = Some(EnvironmentId::from_uuid(Uuid::from_u128(0xF)));
        let operator = Caller::operator(&an_organisation());
        let outcome = create(&operator, MockUnitOfWork::new(), environments, new_key(&[], elsewhere));
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Environment))), "{outcome:?}");
    }

    fn revoke(owner: patchbay_domain::KeyOwner, work: MockUnitOfWork) -> ApiKey {
        let mut keys = MockKeyLookup::new();
        keys.expect_find_by_id().return_once(move |_| Ok(Some(Arc::new(owner))));
        let (clock, ids) = (Arc::new(FixedClock::at(at(5))), Arc::new(SequentialIds::default()));
        let revoke = RevokeKey { keys: Arc::new(keys), work: Arc::new(work), clock, ids };
        block_on(revoke.run(a_key_owner().key.id)).unwrap()
    }

    #[test]
    fn a_key_is_revoked_once_and_keeps_its_time() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            assert!(matches!(changes.api_keys[..], [KeyWrite::Revoke { .. }]));
            assert_eq!(changes.events[0].event_type, EventType::KeyRevoked);
            Ok(())
        });
        assert_eq!(revoke(a_key_owner(), work).revoked_at, Some(at(5)));

        let mut owner = a_key_owner();
        owner.key.revoked_at = Some(at(1));
        assert_eq!(revoke(owner, MockUnitOfWork::new()).revoked_at, Some(at(1)));
    }
}
