//! Values that the unit tests share.

mod world;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::executor::block_on;
use futures::future::BoxFuture;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    AccountId, Actor, ApiKey, ApiKeyId, ApiKeyName, CredentialName, Credentials, EnvironmentId, Grant,
    Granted, Integration, IntegrationDraft, IntegrationEdit, IntegrationId, IntegrationKind, IntegrationName,
    KeyHash, KeyId, KeyKind, KeyOwner, Manifest, ManifestDocument, ManifestUrl, MockHealthRepository,
    MockIntegrationRepository, MockOAuthExchanger, MockOneTimeSecrets, MockProviderDirectory,
    MockRefreshRepository, MockUnitOfWork, MockVault, Organisation, OrganisationId, OrganisationName, Origin,
    Permission, Provider, ProviderId, Sealed, SecretDigest, SecretPlace, UniqueRule,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Map;
use uuid::Uuid;

use crate::oauth::{Granting, RefreshGrant};
use crate::{Background, Caller, Pause};
pub use world::{Held, World, at_home, elsewhere};

/// A time, some seconds after one that all tests share.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

pub fn an_organisation() -> Organisation {
    Organisation {
        id: OrganisationId::from_uuid(Uuid::from_u128(0xA)),
        name: OrganisationName::parse("acme").unwrap(),
        default_environment: EnvironmentId::from_uuid(Uuid::from_u128(0xE)),
        created_at: at(0),
    }
}

pub fn a_key_owner() -> KeyOwner {
    let key = ApiKey {
        id: ApiKeyId::from_uuid(Uuid::from_u128(0xC)),
        organisation_id: an_organisation().id,
        environment_id: None,
        name: ApiKeyName::parse("test").unwrap(),
        kind: KeyKind::Generic,
        prefix: "ck_00000000".to_owned(),
        hash: KeyHash::from_bytes([1; 32]),
        permissions: [Permission::IntegrationsRead].into_iter().collect(),
        requests_per_minute: None,
        expires_at: None,
        created_at: at(0),
        last_used_at: None,
        revoked_at: None,
    };
    KeyOwner { key, organisation: an_organisation() }
}

/// The holder of a key with just these permissions.
pub fn caller(permissions: &[Permission]) -> Caller {
    let mut owner = a_key_owner();
    owner.key.permissions = permissions.iter().copied().collect();
    Caller::holder(&owner)
}

/// The same, of a key that is bound to an environment.
pub fn bound_caller(environment: EnvironmentId, permissions: &[Permission]) -> Caller {
    let mut owner = a_key_owner();
    owner.key.environment_id = Some(environment);
    owner.key.permissions = permissions.iter().copied().collect();
    Caller::holder(&owner)
}

pub fn a_name(text: &str) -> IntegrationName {
    IntegrationName::parse(text).unwrap()
}

pub fn a_url(text: &str) -> ManifestUrl {
    ManifestUrl::parse(text).unwrap()
}

/// A vault whose sealed values are the plain ones backwards: enough to tell them apart.
pub fn vault() -> MockVault {
    let mut vault = MockVault::new();
    vault.expect_seal().returning(|_, secret| Ok(sealed(secret)));
    vault.expect_open().returning(|_, sealed| {
        let plain: Vec<u8> = sealed.envelope().iter().rev().copied().collect();
        Ok(SecretString::from(String::from_utf8(plain).unwrap()))
    });
    vault.expect_active_key().returning(|| KeyId::parse("k1").unwrap());
    vault
}

fn sealed(secret: &SecretString) -> Sealed {
    let backwards: Vec<u8> = secret.expose_secret().bytes().rev().collect();
    Sealed::new(KeyId::parse("k1").unwrap(), backwards)
}

fn integration(credentials: Option<Sealed>) -> Integration {
    let draft = IntegrationDraft {
        kind: IntegrationKind::parse("filter").unwrap(),
        manifest: Some(Manifest { url: a_url("https://shop.example"), app: None }),
        credentials,
        unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
        ..IntegrationDraft::new(ProviderId::json_manifest(), a_name("Shop"))
    };
    let organisation = an_organisation();
    let id = IntegrationId::from_uuid(Uuid::from_u128(0x1));
    Integration::create(id, organisation.id, organisation.default_environment, draft, at(10))
}

/// Knows no provider.
pub fn providers() -> MockProviderDirectory {
    let mut providers = MockProviderDirectory::new();
    let unknown = |id: &ProviderId| Arc::new(Provider::unknown(id.clone()));
    providers.expect_described().returning(unknown);
    providers
}

/// Runs work to its end before it goes on.
pub struct AtOnce;

impl Background for AtOnce {
    fn run(&self, work: BoxFuture<'static, ()>) {
        // On a thread of its own: the caller may be inside an executor already.
        std::thread::spawn(|| block_on(work)).join().unwrap();
    }
}

/// Does not wait.
pub struct NoPause;

impl Pause for NoPause {
    fn pause(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}

/// Knows nothing that is to be refreshed.
pub fn granting() -> Granting {
    let mut refreshes = MockRefreshRepository::new();
    refreshes.expect_find().returning(|_, _| Ok(None));
    Granting { vault: Arc::new(vault()), providers: Arc::new(providers()), refreshes: Arc::new(refreshes) }
}

/// Refreshes nothing.
pub fn refreshing_nothing() -> RefreshGrant {
    RefreshGrant {
        integrations: Arc::new(MockIntegrationRepository::new()),
        health: Arc::new(MockHealthRepository::new()),
        exchanger: Arc::new(MockOAuthExchanger::new()),
        granting: granting(),
        work: Arc::new(MockUnitOfWork::new()),
        secrets: Arc::new(one_time()),
        background: Arc::new(AtOnce),
        pause: Arc::new(NoPause),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
        lease: Duration::from_secs(60),
    }
}

/// One-time secrets in sequence: `secret-1`, `secret-2` …, whose digest is their beginning.
pub fn one_time() -> MockOneTimeSecrets {
    let mut secrets = MockOneTimeSecrets::new();
    let mut minted = 0;
    secrets.expect_mint().returning(move || {
        minted += 1;
        Ok(format!("secret-{minted}").into())
    });
    secrets.expect_digest().returning(|secret| digest_of(secret.expose_secret()));
    secrets
        .expect_derived()
        .returning(|secret, purpose| format!("{purpose} of {}", secret.expose_secret()).into());
    secrets
}

/// What [`one_time`] takes for the digest of a text.
pub fn digest_of(text: &str) -> SecretDigest {
    let mut digest = [0; 32];
    for (to, from) in digest.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    SecretDigest(digest)
}

/// What a provider gives for a code, with this access token.
pub fn granted(token: &str) -> Granted {
    Granted {
        tokens: Credentials::single(CredentialName::access_token(), token.into()),
        account: Some(AccountId::parse("T1").unwrap()),
        scopes: vec!["chat:write".to_owned()],
        lifetime: Some(Duration::from_secs(60)),
        refresh_lifetime: None,
        facts: Map::from_iter([("team_name".to_owned(), "Acme".into())]),
    }
}

/// A stored connection of Slack with this access token.
pub fn a_connection(token: &str) -> Integration {
    let mut parts = an_integration().parts().clone();
    let place = SecretPlace::grant(parts.organisation_id, parts.id);
    let Granted { tokens, account, scopes, facts, .. } = granted(token);
    parts.provider = ProviderId::slack();
    parts.origin = Origin::System;
    parts.unique_rules = [UniqueRule::Connection, UniqueRule::Account].into_iter().collect();
    parts.facts = facts;
    parts.grant = Some(Grant {
        tokens: tokens.seal(&vault(), &place).unwrap().unwrap(),
        account,
        scopes,
        expires_at: None,
        granted_by: Actor::Operator,
        granted_at: at(10),
    });
    Integration::from_parts(parts)
}

/// A stored integration without secrets.
pub fn an_integration() -> Integration {
    integration(None)
}

/// A stored integration whose manifest was read.
pub fn a_described_integration(document: &ManifestDocument) -> Integration {
    let app = Some(document.app.clone());
    let manifest = Some(Manifest { url: a_url("https://shop.example"), app });
    an_integration().next(IntegrationEdit { manifest, ..Default::default() }, at(10))
}

pub fn a_document(source: serde_json::Value) -> ManifestDocument {
    ManifestDocument::read(source).unwrap()
}

/// A stored integration whose only secret is this one, sealed by [`vault`].
pub fn a_sealed_integration(secret: &str) -> Integration {
    let credentials = Credentials::single(CredentialName::auth_credential(), secret.into());
    let place = SecretPlace::credentials(an_organisation().id, an_integration().id());
    integration(credentials.seal(&vault(), &place).unwrap())
}
