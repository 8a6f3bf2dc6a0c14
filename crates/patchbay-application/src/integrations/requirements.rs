//! What an integration needs before it may be in use.

use patchbay_domain::{Configuration, CredentialName, Credentials, FieldSource, Provider, ProviderField};
use serde_json::Value;

use crate::AppError;
use crate::error::Missing;

/// Stops an integration from being in use on a dialect without what its provider needs there.
pub(super) fn require_complete(
    provider: &Provider,
    (configuration, credentials): (&Configuration, &Credentials),
    dialect: &str,
) -> Result<(), AppError> {
    let has_value = |field: &ProviderField| match configuration.members().get(&field.key) {
        Some(Value::Null) | None => {
            let name = CredentialName::parse(&field.key);
            name.is_ok_and(|name| credentials.get(&name).is_some())
        }
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    let is_needed =
        |field: &&ProviderField| field.source == FieldSource::User && field.is_required_on(dialect);
    let missing = provider.fields.iter().filter(is_needed).filter(|field| !has_value(field));
    let members: Vec<_> = missing.map(|field| field.name_on(dialect).to_owned()).collect();
    if members.is_empty() {
        return Ok(());
    }
    let provider = provider.name_on(dialect).unwrap_or(provider.id.as_str()).to_owned();
    Err(AppError::Incomplete(Missing { provider, members }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::{FieldKind, Offer, ProviderId};
    use serde_json::json;

    fn field(key: &str, name: &str) -> ProviderField {
        ProviderField {
            key: key.to_owned(),
            kind: FieldKind::Text,
            is_secret: key == "token",
            secret_members: Vec::new(),
            source: FieldSource::User,
            confined_to: None,
            is_required: false,
            required_on: vec!["alpha".to_owned()],
            names: vec![("alpha".to_owned(), name.to_owned())],
        }
    }

    fn missing(members: &Value, secret: &str) -> Option<String> {
        let provider = Provider {
            offers: vec![Offer { dialect: "alpha".to_owned(), name: "any!".to_owned(), position: None }],
            fields: vec![
                field("account", "accountSid"),
                field("token", "authToken"),
                ProviderField { source: FieldSource::Verify, ..field("seen", "seen") },
                ProviderField { required_on: Vec::new(), ..field("sender", "from") },
            ],
            ..Provider::unknown(ProviderId::slack())
        };
        let configuration = Configuration::from_stored(members.as_object().unwrap().clone());
        let credentials = Credentials::single(CredentialName::parse("token").unwrap(), secret.into());
        let outcome = require_complete(&provider, (&configuration, &credentials), "alpha");
        outcome.err().map(|error| error.to_string())
    }

    #[test]
    fn whatever_a_dialect_requires_is_named_together_as_it_calls_it() {
        assert_eq!(missing(&json!({}), "").unwrap(), "accountSid, authToken is required by any!");
        assert_eq!(missing(&json!({"account": ""}), "x").unwrap(), "accountSid is required by any!");
        assert_eq!(missing(&json!({"account": null}), "x").unwrap(), "accountSid is required by any!");
        assert_eq!(missing(&json!({"account": "a"}), "x"), None);
    }
}
