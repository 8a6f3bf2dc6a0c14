//! Having a person allow a connection at its provider.

use patchbay_application::oauth::Begun;
use patchbay_application::{AppError, Fault, FaultReason, JsonType, Location};
use patchbay_domain::{AskedScopes, Identifier, OAuthScope};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Schema};
use validator::Validate;

use super::bodies::invalid;
use crate::kernel::{Member, ValueText, begun_link, text, well_typed};

/// The member that scopes are in.
const SCOPE: &str = "scope";

/// Text without a comma, white space or a control character, as Unicode defines those.
const SCOPE_TEXT: &str =
    r"^[^,\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$";

/// Which integration a person is to connect. Other members are ignored, as everywhere.
#[derive(Deserialize, Validate, ToSchema)]
#[expect(non_snake_case, reason = "faults call a member as its field is called")]
pub struct AuthorizeBody {
    /// What the integration is called.
    #[serde(default)]
    #[schema(schema_with = ValueText::<Identifier>::sent, required = true)]
    #[validate(required, custom(function = "text::<Identifier>"))]
    integrationIdentifier: Member<String>,
    /// What the person is asked to allow, in the provider's own words. Without any, that is what
    /// everybody is asked.
    #[serde(default)]
    #[schema(schema_with = scopes, required = false)]
    #[validate(custom(function = "well_typed"))]
    scope: Member<Vec<Value>>,
}

fn scopes() -> Schema {
    let scope = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(OAuthScope::MAX_CHARS))
        .pattern(Some(SCOPE_TEXT));
    ArrayBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::Array, Type::Null]))
        .items(scope)
        .max_items(Some(AskedScopes::MAX))
        .build()
        .into()
}

impl AuthorizeBody {
    /// What is wrong with it and only its scopes, one by one, tell.
    pub fn faults(&self) -> Vec<Fault> {
        self.scope.as_value().and_then(|scopes| asked(scopes).err()).unwrap_or_default()
    }

    /// What the integration is called, and what the person is asked to allow.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it has a fault.
    pub fn into_parts(self) -> Result<(Identifier, AskedScopes), AppError> {
        let identifier = self.integrationIdentifier.required()?;
        let scopes = asked(&self.scope.value().unwrap_or_default());
        Ok((identifier, scopes.map_err(invalid)?))
    }
}

/// Reads scopes. Where there are too many, that is all that is said of them.
fn asked(scopes: &[Value]) -> Result<AskedScopes, Vec<Fault>> {
    let fault = |field: String, reason| Fault::of_field(Location::Body, field, reason);
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for (place, scope) in scopes.iter().enumerate().take(AskedScopes::MAX + 1) {
        let text = scope.as_str().ok_or(FaultReason::WrongType { expected: JsonType::String });
        match text.and_then(|text| OAuthScope::parse(text).map_err(FaultReason::Text)) {
            Ok(scope) => read.push(scope),
            Err(reason) => faults.push(fault(format!("{SCOPE}.{place}"), reason)),
        }
    }
    if faults.is_empty() {
        let too_many = |why: &dyn ToString| FaultReason::Rule(why.to_string().into());
        return AskedScopes::new(read).map_err(|why| vec![fault(SCOPE.to_owned(), too_many(&why))]);
    }
    Err(faults)
}

/// Where a person allows a connection.
#[derive(Serialize, ToSchema)]
pub struct LinkView<'a> {
    /// Where a browser starts it, once and within ten minutes. Whoever has it can.
    #[schema(format = "uri")]
    url: &'a str,
}

impl<'a> From<&'a Begun> for LinkView<'a> {
    fn from(begun: &'a Begun) -> Self {
        Self { url: begun_link(begun) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(body: Value) -> Vec<String> {
        let body: AuthorizeBody = serde_json::from_value(body).unwrap();
        body.faults().iter().map(ToString::to_string).collect()
    }

    fn parts(body: Value) -> (String, Vec<String>) {
        let body: AuthorizeBody = serde_json::from_value(body).unwrap();
        let (identifier, scopes) = body.into_parts().unwrap();
        (identifier.to_string(), scopes.iter().map(str::to_owned).collect())
    }

    #[test]
    fn scopes_are_read_in_their_order_and_none_is_as_good_as_null() {
        let asked = json!({"integrationIdentifier": "team", "scope": ["chat:write", "admin"], "context": {}});
        assert_eq!(parts(asked), ("team".to_owned(), vec!["chat:write".to_owned(), "admin".to_owned()]));
        for none in [json!({}), json!({"scope": null}), json!({"scope": []})] {
            let mut body = none;
            body["integrationIdentifier"] = json!("team");
            assert_eq!(parts(body), ("team".to_owned(), Vec::new()));
        }
    }

    #[test]
    fn every_scope_that_is_none_is_told_by_its_place() {
        assert_eq!(
            faults(json!({"scope": ["fine", "a b", 7, "", "x".repeat(129)]})),
            [
                "scope.1 may contain only visible characters other than commas",
                "scope.2 must be a string",
                "scope.3 must not be empty",
                "scope.4 must have at most 128 characters",
            ]
        );
    }

    #[test]
    fn a_person_is_asked_for_fifty_scopes_at_the_most() {
        assert_eq!(faults(json!({"scope": vec!["a"; 50]})), [""; 0]);
        assert_eq!(faults(json!({"scope": vec!["a"; 10_000]})), ["scope must have at most 50 entries"]);
        assert_eq!(faults(json!({"scope": vec![7; 10_000]})).len(), 51);
    }
}
