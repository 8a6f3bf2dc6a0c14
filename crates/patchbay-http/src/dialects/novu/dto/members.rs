//! The members that credentials may have on Novu, whatever provider they are for.

use patchbay_domain::{FieldKind, FieldSource, Provider, ProviderField, ToldSecrecy};

use crate::dialects::novu::Novu;
use crate::kernel::Dialect;

/// What the catalogue calls this API.
const NOVU: &str = Novu::NAME;

/// A member that Novu knows: clients read it, and nothing but values of its type.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// What Novu calls it.
    pub name: &'static str,
    /// What it takes: text, yes or no, or an object.
    pub kind: FieldKind,
    is_secret: bool,
    secret_members: &'static [&'static str],
}

impl Known {
    const fn text(name: &'static str) -> Self {
        Self { name, kind: FieldKind::Text, is_secret: false, secret_members: &[] }
    }

    const fn secret(name: &'static str) -> Self {
        Self { is_secret: true, ..Self::text(name) }
    }

    const fn boolean(name: &'static str) -> Self {
        Self { kind: FieldKind::Bool, ..Self::text(name) }
    }

    /// How secret it is where it is no field of its provider.
    pub fn secrecy(&self) -> ToldSecrecy {
        if self.is_secret {
            return ToldSecrecy::Whole;
        }
        ToldSecrecy::Members(self.secret_members.iter().map(|name| (*name).to_owned()).collect())
    }
}

/// Every member that Novu knows, in the order in which they are shown where they are no fields of
/// their provider.
pub const KNOWN: [Known; 56] = [
    Known::secret("apiKey"),
    Known::secret("apiToken"),
    Known::secret("accessKey"),
    Known::text("accountSid"),
    Known::text("user"),
    Known::secret("password"),
    Known::secret("token"),
    Known::secret("secretKey"),
    Known::secret("signingSecret"),
    Known::secret("serviceAccount"),
    Known::text("applicationId"),
    Known::text("clientId"),
    Known::text("tenantId"),
    Known::text("projectName"),
    Known::text("instanceId"),
    Known::text("appID"),
    Known::text("appSid"),
    Known::text("servicePlanId"),
    Known::text("businessAccountId"),
    Known::text("phoneNumberIdentification"),
    Known::text("messageProfileId"),
    Known::text("channelId"),
    Known::text("apiVersion"),
    Known::text("region"),
    Known::text("host"),
    Known::text("port"),
    Known::boolean("secure"),
    Known::boolean("requireTls"),
    Known::boolean("ignoreTls"),
    Known {
        kind: FieldKind::Json,
        secret_members: &["key", "pfx", "passphrase"],
        ..Known::text("tlsOptions")
    },
    Known::text("domain"),
    Known::text("baseUrl"),
    Known::text("apiURL"),
    Known::text("AppIOBaseUrl"),
    Known::secret("webhookUrl"),
    Known::text("redirectUrl"),
    Known::text("method"),
    Known::secret("headers"),
    Known::text("body"),
    Known::text("contentType"),
    Known::text("from"),
    Known::text("senderName"),
    Known::text("senderId"),
    Known::text("ipPoolName"),
    Known::text("apiKeyRequestHeader"),
    Known::text("secretKeyRequestHeader"),
    Known::text("idPath"),
    Known::text("datePath"),
    Known::boolean("authenticateByToken"),
    Known::text("authenticationTokenKey"),
    Known::boolean("hmac"),
    Known::text("alertUid"),
    Known::text("title"),
    Known::text("imageUrl"),
    Known::text("state"),
    Known::text("externalLink"),
];

/// The member that Novu knows under that name.
pub fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// What a member is that may be sent and is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'p> {
    /// A field of the provider, kept under its key.
    Field(&'p ProviderField),
    /// Something that the provider does not ask for; kept under its name.
    Beside(&'static Known),
}

impl<'p> Place<'p> {
    /// That of the member that clients call `name`.
    pub fn named(provider: &'p Provider, name: &str) -> Option<Self> {
        let field = provider.field_on(NOVU, name).filter(|field| is_known(field));
        field.map(Self::Field).or_else(|| known(name).and_then(|known| Self::beside(provider, known)))
    }

    /// That of the member that is kept under `key`.
    pub fn kept_as(provider: &'p Provider, key: &str) -> Option<Self> {
        match provider.fields.iter().find(|field| field.key == key) {
            Some(field) => is_known(field).then_some(Self::Field(field)),
            None => known(key).map(Self::Beside),
        }
    }

    /// Those of all members, in the order in which they are shown.
    pub fn all(provider: &'p Provider) -> impl Iterator<Item = Self> {
        let fields = provider.fields.iter().filter(|field| is_known(field)).map(Self::Field);
        let called = |known: &Known| provider.field_on(NOVU, known.name).is_some();
        let beside = KNOWN.iter().filter(move |known| !called(known));
        fields.chain(beside.filter_map(|known| Self::beside(provider, known)))
    }

    /// A field may have the key that Novu calls something else: then that is not kept.
    fn beside(provider: &Provider, known: &'static Known) -> Option<Self> {
        let is_taken = provider.fields.iter().any(|field| field.key == known.name);
        (!is_taken).then_some(Self::Beside(known))
    }

    /// What it is kept under.
    pub fn key(self) -> &'p str {
        match self {
            Self::Field(field) => &field.key,
            Self::Beside(known) => known.name,
        }
    }

    /// What clients call it.
    pub fn name(self) -> &'p str {
        match self {
            Self::Field(field) => field.name_on(NOVU),
            Self::Beside(known) => known.name,
        }
    }

    /// What may be sent.
    pub const fn takes(self) -> FieldKind {
        match self {
            Self::Field(field) => field.kind,
            Self::Beside(known) => known.kind,
        }
    }

    /// What is shown: clients read what they know as that alone.
    pub fn shows(self) -> FieldKind {
        known(self.name()).map_or_else(|| self.takes(), |known| known.kind)
    }
}

/// Whether a field is one that clients know, or cannot do without. An entry may have others, for
/// other APIs.
fn is_known(field: &ProviderField) -> bool {
    field.source == FieldSource::User && (known(field.name_on(NOVU)).is_some() || field.is_required_on(NOVU))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_member_is_known_once() {
        let names: BTreeSet<_> = KNOWN.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), KNOWN.len());
    }

    #[test]
    fn clients_read_five_booleans_one_object_and_else_text() {
        let of_kind = |kind| KNOWN.iter().filter(move |known| known.kind == kind).map(|known| known.name);
        let booleans = ["secure", "requireTls", "ignoreTls", "authenticateByToken", "hmac"];
        assert_eq!(of_kind(FieldKind::Bool).collect::<Vec<_>>(), booleans);
        assert_eq!(of_kind(FieldKind::Json).collect::<Vec<_>>(), ["tlsOptions"]);
        assert_eq!(of_kind(FieldKind::Text).count(), KNOWN.len() - 6);
    }
}
