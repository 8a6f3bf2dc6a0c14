//! What Novu says of what was sent wrongly.

use actix_web::http::StatusCode;
use patchbay_application::{Fault, FaultReason, Faults, Location};
use patchbay_domain::InvalidConfiguration;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Said;
use crate::dialects::novu::Novu;
use crate::kernel::Seen;

/// What is wrong with one member.
#[derive(Serialize, ToSchema)]
pub struct MemberView {
    messages: Vec<String>,
    /// What was sent there, where that can be no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>, required = false)]
    value: Option<Value>,
}

/// The most characters that a client may call its request by.
const MAX_NAME: usize = 255;

/// All faults at once where they are of members; else what the first of them says.
pub fn said_of(seen: &Seen<'_, Novu>, faults: &Faults) -> Said {
    if let Some(fault) = faults.iter().find(|fault| !is_of_a_member(fault)) {
        return Said::bad(in_words(seen, fault));
    }
    let said = Said::new(StatusCode::UNPROCESSABLE_ENTITY, "Validation Error");
    Said { errors: Some(by_member(faults)), ..said }
}

/// What is wrong with credentials as they are kept.
pub fn of_configuration(InvalidConfiguration { at, wrong }: &InvalidConfiguration) -> String {
    let member = at.as_deref().map(|at| format!(".{at}")).unwrap_or_default();
    format!("Integration validation failed: credentials{member} {wrong}")
}

const fn is_of_a_member(fault: &Fault) -> bool {
    matches!(fault.location, Location::Body | Location::Path) && fault.field.is_some()
}

fn in_words(seen: &Seen<'_, Novu>, fault: &Fault) -> String {
    match (&fault.reason, seen.request_name()) {
        (FaultReason::Rule(rule), _) => rule.clone().into_owned(),
        (FaultReason::NothingToChange, _) => "No properties found for update".to_owned(),
        (_, Some(name)) if fault.location == Location::Header && name.len() > MAX_NAME => {
            format!(
                "idempotencyKey \"{name}\" has exceeded the maximum allowed length of {MAX_NAME} characters"
            )
        }
        (reason, _) => format!("{} {}", fault.place(), why(reason)),
    }
}

/// The members that are wrong, each with all that is.
fn by_member(faults: &Faults) -> Map<String, Value> {
    let mut members: Vec<(&str, MemberView)> = Vec::new();
    for fault in faults.iter() {
        let message = format!("{} {}", fault.place(), why(&fault.reason));
        let value = fault.value.as_ref().map(|value| value.as_json().clone());
        match members.iter_mut().find(|(member, _)| *member == fault.place()) {
            Some((_, view)) => view.messages.push(message),
            None => members.push((fault.place(), MemberView { messages: vec![message], value })),
        }
    }
    let shown = |(member, view): (&str, MemberView)| {
        (member.to_owned(), serde_json::to_value(view).unwrap_or_default())
    };
    members.into_iter().map(shown).collect()
}

fn why(reason: &FaultReason) -> String {
    match reason {
        FaultReason::Syntax { expected } => format!("must be {expected}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::Wrong;

    #[test]
    fn a_member_of_a_configuration_is_one_of_the_credentials() {
        let said = |at: Option<&str>| {
            let at = at.map(str::to_owned);
            of_configuration(&InvalidConfiguration { at, wrong: Wrong::UserInfo })
        };
        let words = "must not contain a user name or password";
        assert_eq!(
            said(Some("baseUrl")),
            format!("Integration validation failed: credentials.baseUrl {words}")
        );
        assert_eq!(said(Some("host")), format!("Integration validation failed: credentials.host {words}"));
        assert_eq!(said(None), format!("Integration validation failed: credentials {words}"));
    }

    #[test]
    fn all_that_is_wrong_with_a_member_stands_together_and_in_order() {
        let fault = |field: &str, reason| Fault::of_field(Location::Body, field, reason);
        let faults = Faults::all(vec![
            fault("providerId", FaultReason::Required),
            fault("credentials.port", FaultReason::Syntax { expected: "a number" }),
            fault("credentials.port", FaultReason::Rule("is too large".into())),
        ]);
        let shown = Value::Object(by_member(&faults.unwrap()));
        assert_eq!(
            shown.to_string(),
            r#"{"providerId":{"messages":["providerId is required"]},"credentials.port":{"messages":["credentials.port must be a number","credentials.port is too large"]}}"#
        );
    }
}
