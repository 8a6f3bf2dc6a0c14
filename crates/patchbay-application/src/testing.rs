//! Values that the unit tests share.

use chrono::{DateTime, Utc};
use patchbay_domain::{
    ApiKey, ApiKeyId, ApiKeyName, CredentialName, Credentials, EnvironmentId, Integration, IntegrationDraft,
    IntegrationEdit, IntegrationId, IntegrationKind, IntegrationName, KeyHash, KeyId, KeyKind, KeyOwner,
    Manifest, ManifestDocument, ManifestUrl, MockVault, Organisation, OrganisationId, OrganisationName,
    Origin, Permission, ProviderId, Sealed, SecretPlace, Status, UniqueRule,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::Caller;

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
        provider: ProviderId::json_manifest(),
        name: a_name("Shop"),
        kind: IntegrationKind::parse("filter").unwrap(),
        origin: Origin::Plain,
        status: Status::Active,
        manifest: Some(Manifest { url: a_url("https://shop.example"), app: None }),
        credentials,
        unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
    };
    let organisation = an_organisation();
    let id = IntegrationId::from_uuid(Uuid::from_u128(0x1));
    Integration::create(id, organisation.id, organisation.default_environment, draft, at(10))
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
