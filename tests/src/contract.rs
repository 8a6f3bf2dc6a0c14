//! Holding every answer that a suite gets against the document of its API.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::Answer;

/// The committed documents; a test compares them with the code's.
const DOCUMENTS: [&str; 4] = [
    include_str!("../../docs/openapi/telex.json"),
    include_str!("../../docs/openapi/aloochat.json"),
    include_str!("../../docs/openapi/novu.json"),
    include_str!("../../docs/openapi/patchbay.json"),
];

static APIS: LazyLock<Vec<Api>> = LazyLock::new(|| DOCUMENTS.into_iter().map(Api::read).collect());

/// An API as its document describes it.
struct Api {
    document: Value,
    /// What may stand before a path, the longest first.
    bases: Vec<String>,
    /// Made when they are needed first, by the place of their schema.
    validators: Mutex<HashMap<String, Validator>>,
}

/// Says how an answer is another than its document allows; `None` when it is none of a
/// documented operation.
#[must_use]
pub fn violation(method: &str, path: &str, answer: &Answer) -> Option<String> {
    // `Get` is no method of any operation (RFC 9110 §9.1).
    if method != method.to_uppercase() {
        return None;
    }
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    APIS.iter().find_map(|api| api.violation(&method.to_lowercase(), path, answer))
}

impl Api {
    fn read(document: &str) -> Self {
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        let servers = document["servers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let urls = servers.iter().filter_map(|server| server["url"].as_str());
        let mut bases: Vec<_> = urls.map(|url| url.trim_end_matches('/').to_owned()).collect();
        bases.sort_by_key(|base| std::cmp::Reverse(base.len()));
        Self { document, bases, validators: Mutex::default() }
    }

    fn violation(&self, method: &str, path: &str, answer: &Answer) -> Option<String> {
        let path = self.bases.iter().find_map(|base| path.strip_prefix(base.as_str()))?;
        let item = template(self.document["paths"].as_object()?, path)?;
        let operation = self.document["paths"][item].get(method)?;
        let name = &operation["operationId"];
        let status = answer.status.to_string();
        let Some(documented) = operation["responses"].get(&status) else {
            return Some(format!("{name} does not document {status}"));
        };
        // An answer without a body has no type either.
        if documented.get("content").is_none() && answer.text.is_empty() {
            return None;
        }
        let kind = answer.header("content-type");
        let Some(content) = documented["content"].get(kind) else {
            return Some(format!("{name} does not document the content type {kind} of {status}"));
        };
        let Ok(body) = serde_json::from_str(&answer.text) else { return Some("it is no JSON".to_owned()) };
        self.invalid(&format!("{name} {status}"), &content["schema"], &body)
    }

    /// How `body` breaks a schema of the document.
    fn invalid(&self, place: &str, schema: &Value, body: &Value) -> Option<String> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if !validators.contains_key(place) {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            match jsonschema::options().should_validate_formats(true).build(&whole) {
                Ok(validator) => drop(validators.insert(place.to_owned(), validator)),
                Err(error) => return Some(format!("the schema of {place} is none: {error}")),
            }
        }
        let validator = validators.get(place)?;
        let wrong: Vec<_> = validator.iter_errors(body).map(|error| error.to_string()).collect();
        (!wrong.is_empty()).then(|| format!("{place}: {}", wrong.join("; ")))
    }
}

/// The documented path that `path` is of: a literal segment wins over a parameter.
fn template<'a>(paths: &'a Map<String, Value>, path: &str) -> Option<&'a str> {
    let asked: Vec<_> = path.split('/').collect();
    let is_of = |template: &&str| {
        let parts: Vec<_> = template.split('/').collect();
        let alike =
            |(part, asked): (&&str, &&str)| part == asked || (part.starts_with('{') && !asked.is_empty());
        parts.len() == asked.len() && parts.iter().zip(&asked).all(alike)
    };
    paths.keys().map(String::as_str).filter(is_of).min_by_key(|template| template.matches('{').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Api {
        fn expect_sound_examples(&self, place: &str, content: &Value) {
            for (name, example) in content["examples"].as_object().into_iter().flatten() {
                assert_eq!(self.invalid(place, &content["schema"], &example["value"]), None, "{name}");
            }
        }
    }

    const LIST: &str = "/api/v1/organisations/0192202e-b6f3-7d23-8025-3f60675cc031/integrations";

    fn said(method: &str, path: &str, status: u16, body: &Value) -> Option<String> {
        violation(method, path, &Answer::planted(status, "application/json", &body.to_string()))
    }

    fn listed(data: &Value) -> Value {
        json!({
            "status": "success", "status_code": 200, "message": "Integrations retrieved successfully.", "data": data
        })
    }

    #[test]
    fn a_sound_answer_breaks_nothing() {
        for path in [LIST, &LIST.replace("/api/v1", ""), &format!("{LIST}/"), &format!("{LIST}?a=b")] {
            assert_eq!(said("GET", path, 200, &listed(&json!([]))), None);
        }
        assert_eq!(said("GET", "/nothing/at/all", 200, &json!(1)), None);
    }

    #[test]
    fn an_undocumented_status_is_found() {
        let found = said("GET", LIST, 409, &json!({})).unwrap();
        assert_eq!(found, "\"list_integrations\" does not document 409");
    }

    #[test]
    fn a_body_of_another_shape_is_found() {
        for wrong in [json!({}), json!([]), listed(&json!({})), listed(&json!([{ "id": "x" }]))] {
            assert!(said("GET", LIST, 200, &wrong).is_some(), "{wrong}");
        }
        assert!(said("GET", LIST, 404, &json!({ "status": "error" })).is_some());
    }

    #[test]
    fn another_content_type_is_found() {
        let answer = Answer::planted(200, "text/plain", &listed(&json!([])).to_string());
        assert!(violation("GET", LIST, &answer).is_some_and(|found| found.contains("text/plain")));
    }

    #[test]
    fn every_example_of_a_document_is_what_its_schema_says() {
        for api in APIS.iter() {
            for (path, item) in api.document["paths"].as_object().unwrap() {
                for operation in item.as_object().unwrap().values() {
                    let answers = operation["responses"].as_object().unwrap().values();
                    for (number, one) in answers.chain(operation.get("requestBody")).enumerate() {
                        let place = format!("{path} {} {number}", operation["operationId"]);
                        for content in one["content"].as_object().into_iter().flat_map(Map::values) {
                            api.expect_sound_examples(&place, content);
                        }
                    }
                }
            }
        }
    }
}
