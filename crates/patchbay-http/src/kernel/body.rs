//! The body of a request, with everything that is wrong with it.

use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use patchbay_application::{AppError, Fault, FaultReason, Faults};
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use super::repeated::repeat;
use super::{Dialect, Failure, Refusal, members};
use crate::HttpState;

/// A JSON object that was read as `T` and breaks none of its rules.
///
/// Every fault is found, in the order in which `T` declares its members. The content type
/// is not looked at, unless the dialect [wants](Dialect::WANTS_JSON_TYPE) that: a body that
/// parses is taken. Unknown members are ignored; of a member that is there twice the last
/// counts.
pub struct Body<D, T> {
    value: T,
    dialect: PhantomData<fn() -> D>,
}

impl<D, T> Body<D, T> {
    /// What was sent.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<D: Dialect, T: DeserializeOwned + Validate + 'static> FromRequest for Body<D, T> {
    type Error = Failure<D>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure<D>>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let draft = Draft::from_request(request, payload);
        Box::pin(async move {
            let value = draft.await?.judged(|_| Vec::new())?;
            Ok(Self { value, dialect: PhantomData })
        })
    }
}

/// The same, where nothing at all may be sent in the place of an empty object.
pub struct OptionalBody<D, T>(Body<D, T>);

impl<D, T> OptionalBody<D, T> {
    /// What was sent.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<D: Dialect, T: DeserializeOwned + Validate + 'static> FromRequest for OptionalBody<D, T> {
    type Error = Failure<D>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure<D>>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = sent::<D>(&request, &mut payload, true).await?;
            let draft: Draft<D, T> =
                drafted(bytes).map_err(|faults| Refusal::App(AppError::Invalid(faults)))?;
            let value = draft.judged(|_| Vec::new())?;
            Ok(Self(Body { value, dialect: PhantomData }))
        })
    }
}

/// The same, where `T` alone cannot tell everything that is wrong.
pub struct Draft<D, T> {
    value: T,
    faults: Vec<Fault>,
    sent: Bytes,
    dialect: PhantomData<fn() -> D>,
}

impl<D: Dialect, T: DeserializeOwned> Draft<D, T> {
    /// What was sent, when nothing is wrong with it. `more` tells what `T` cannot; of what
    /// breaks rules of `T` it must not think twice.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every fault, in the order in which `T` declares its members.
    pub fn judged(self, more: impl FnOnce(&T) -> Vec<Fault>) -> Result<T, AppError> {
        self.judged_by(more, D::repeats)
    }
}

impl<D, T: DeserializeOwned> Draft<D, T> {
    fn judged_by(
        self,
        more: impl FnOnce(&T) -> Vec<Fault>,
        repeats: fn(&str) -> bool,
    ) -> Result<T, AppError> {
        let Self { value, mut faults, sent, .. } = self;
        let others = more(&value);
        if !others.is_empty() {
            faults.extend(others);
            members::in_order::<T>(&mut faults);
        }
        repeat(&mut faults, &sent, repeats);
        Faults::all(faults).map_or(Ok(value), |faults| Err(AppError::Invalid(faults)))
    }
}

impl<D: Dialect, T: DeserializeOwned + Validate + 'static> FromRequest for Draft<D, T> {
    type Error = Failure<D>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure<D>>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = sent::<D>(&request, &mut payload, D::MAY_LACK_BODY).await?;
            Ok(drafted(bytes).map_err(|faults| Refusal::App(AppError::Invalid(faults)))?)
        })
    }
}

fn drafted<D, T: DeserializeOwned + Validate>(sent: Bytes) -> Result<Draft<D, T>, Faults> {
    let value: T = parse(&sent)?;
    let faults = value.validate().err().map(|errors| members::faults_of::<T>(&errors));
    let faults = faults.iter().flat_map(Faults::iter).cloned().collect();
    Ok(Draft { value, faults, sent, dialect: PhantomData })
}

/// Reads a body that is to be JSON; in the place of none there is `{}`, if it `may_be_lacking`.
async fn sent<D: Dialect>(
    request: &HttpRequest,
    payload: &mut Payload,
    may_be_lacking: bool,
) -> Result<Bytes, Refusal> {
    let bytes = read(request, payload).await?.freeze();
    if bytes.is_empty() {
        return Ok(if may_be_lacking { Bytes::from_static(b"{}") } else { bytes });
    }
    if D::WANTS_JSON_TYPE && !request.content_type().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::NotJsonType);
    }
    Ok(bytes)
}

/// Reads the body, as far as it may go.
///
/// # Errors
/// [`Refusal::BodyTooLarge`], or that it broke off.
pub(super) async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<BytesMut, Refusal> {
    let state = request.app_data::<Data<HttpState>>();
    let limit = state.map_or(0, |state| state.limits.body_bytes);
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(Refusal::BodyTooLarge { limit });
    }
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Refusal::BodyUnreadable)?;
        if bytes.len() + chunk.len() > limit {
            return Err(Refusal::BodyTooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads JSON as `T`, whose rules it may break.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Faults> {
    let not_json = |error: &serde_json::Error| {
        Faults::from(Fault::of_body(FaultReason::NotJson { line: error.line(), column: error.column() }))
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    if !value.is_object() {
        return Err(Fault::of_body(FaultReason::NotAnObject).into());
    }
    serde_json::from_value(value).map_err(|error| not_json(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Member, text, well_typed};
    use patchbay_application::Location;
    use patchbay_domain::{IntegrationKind, IntegrationName};
    use serde::Deserialize;

    #[derive(Debug, Deserialize, Validate)]
    struct Sample {
        #[serde(default)]
        #[validate(required, custom(function = "text::<IntegrationName>"))]
        zebra: Member<String>,
        #[serde(default)]
        #[validate(custom(function = "well_typed"))]
        flag: Member<bool>,
        #[serde(default)]
        #[validate(custom(function = "text::<IntegrationKind>"))]
        apple: Member<String>,
        #[serde(default)]
        #[validate(length(max = 3), custom(function = "well_typed"))]
        secret: Member<secrecy::SecretString>,
    }

    fn draft(json: &str) -> Result<Draft<(), Sample>, Faults> {
        drafted(Bytes::copy_from_slice(json.as_bytes()))
    }

    fn judged(json: &str) -> Result<Sample, AppError> {
        draft(json).map_err(AppError::Invalid)?.judged_by(|_| Vec::new(), |_| false)
    }

    fn not_offered(field: &str) -> Fault {
        Fault::of_field(Location::Body, field, FaultReason::NotOffered)
    }

    fn faults(json: &str) -> String {
        judged(json).unwrap_err().to_string()
    }

    #[test]
    fn what_only_others_can_tell_stands_in_its_place_among_the_faults() {
        let said = draft(r#"{"apple":"fax","flag":1,"secret":7}"#).unwrap().judged_by(
            |sample| {
                assert!(sample.apple.is_sent() && !sample.zebra.is_sent());
                vec![not_offered("secret.inside"), not_offered("apple")]
            },
            |_| false,
        );
        assert_eq!(
            said.unwrap_err().to_string(),
            "zebra is required; flag must be a boolean; apple names nothing that is offered; \
             secret must be a string; secret.inside names nothing that is offered"
        );
    }

    #[test]
    fn every_fault_of_a_member_that_is_repeated_has_its_value_however_it_was_found() {
        let body = r#"{"zebra":null,"apple":"fax","flag":1,"secret":7}"#;
        let more = |_: &Sample| vec![not_offered("apple")];
        let said = draft(body).unwrap().judged_by(more, |path| path != "flag").unwrap_err();
        let AppError::Invalid(faults) = said else { panic!("{said:?}") };
        let values: Vec<_> = faults
            .iter()
            .map(|fault| (fault.place(), fault.value.as_ref().map(|value| value.as_json().to_string())))
            .collect();
        assert_eq!(
            values,
            [("zebra", None), ("flag", None), ("apple", Some("\"fax\"".to_owned())), ("secret", None)]
        );
    }

    #[test]
    fn every_fault_is_found_in_the_order_of_the_members() {
        let kind = "x".repeat(65);
        let all = faults(&format!(r#"{{"secret":"abcd","apple":"{kind}","flag":1}}"#));
        assert_eq!(
            all,
            "zebra is required; flag must be a boolean; apple must have at most 64 characters; \
             secret must have at most 3 characters"
        );
    }

    #[test]
    fn the_same_fault_is_found_once() {
        assert_eq!(faults(r#"{"zebra":null}"#), "zebra is required");
        assert_eq!(faults(r#"{"zebra":" "}"#), "zebra must not be empty");
        assert_eq!(faults(r#"{"zebra":7}"#), "zebra must be a string");
        assert_eq!(faults(r#"{"zebra":"a\u0000"}"#), "zebra must not contain the character U+0000");
        assert_eq!(
            faults(r#"{"zebra":"a","secret":"a\u0000"}"#),
            "secret must not contain the character U+0000"
        );
    }

    #[test]
    fn a_fault_does_not_show_the_value() {
        let errors = judged(r#"{"secret":"planted-secret"}"#).unwrap_err();
        assert!(!format!("{errors:?}").contains("planted"), "{errors:?}");
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        assert_eq!(faults("{\"a\":\n  nope}"), "body is not valid JSON at line 2, column 4");
        assert_eq!(faults(""), "body is not valid JSON at line 1, column 0");
        for text in ["[]", "null", "\"text\"", "1"] {
            assert_eq!(faults(text), "body must be a JSON object");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
        assert!(faults(&deep).starts_with("body is not valid JSON at line 1"), "{deep}");
    }

    #[test]
    fn a_sound_body_is_read_and_unknown_members_are_ignored() {
        let body =
            judged(r#"{"zebra":" Shop ","unknown":{},"zebra":"Store","flag":null,"apple":""}"#).unwrap();
        assert_eq!(body.zebra.parsed::<IntegrationName>().unwrap().unwrap().as_str(), "Store");
        assert!(body.flag.is_sent() && body.flag.value().is_none() && !body.secret.is_sent());
    }
}
