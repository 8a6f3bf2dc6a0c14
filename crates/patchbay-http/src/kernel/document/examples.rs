//! The pairs of request and answer that a dialect was written from, as examples.

use actix_web::dev::ResourceDef;
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::example::Example;
use utoipa::openapi::path::Operation as Description;
use utoipa::openapi::{Content, RefOr};

use super::Undocumented;

/// What stands in an example for an id and for a time that the service makes up.
const ID: &str = "0192202e-b6f3-7d23-8025-3f60675cc031";
const TIME: &str = "2026-01-31T12:00:00.000000Z";

/// A pair, as the dialect's file of examples has it in one line.
#[derive(Deserialize)]
pub struct Pair {
    id: String,
    req: Asked,
    res: Answered,
    given: Option<String>,
    /// Members that the service makes up, as `data[].id`.
    volatile: Vec<String>,
}

#[derive(Deserialize)]
struct Asked {
    method: String,
    path: String,
    body: Option<Value>,
}

#[derive(Deserialize)]
struct Answered {
    status: u16,
    body: Value,
}

/// Reads the pairs of a dialect.
pub fn pairs(lines: &str) -> Result<Vec<Pair>, Undocumented> {
    lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

impl Pair {
    /// Whether it is about the operation of this method and path, given that it is about
    /// none with fewer parameters.
    pub fn is_of(&self, verb: &str, path: &str) -> bool {
        self.req.method == verb && ResourceDef::new(path).is_match(&self.req.path)
    }

    /// Puts it among the examples of its operation. A request that is refused is no example
    /// of one.
    ///
    /// # Errors
    /// [`Undocumented::Example`]: there is no operation, or not with such a body or answer.
    pub fn show_in(mut self, operation: Option<&mut Description>) -> Result<(), Undocumented> {
        for path in &self.volatile {
            make_up(&mut self.res.body, path);
        }
        let missing = Undocumented::Example(self.id.clone());
        let Some(operation) = operation else { return Err(missing) };
        if let Some(body) = self.req.body.filter(|_| self.res.status < 400) {
            let Some(RefOr::T(request)) = operation.request_body.as_mut() else { return Err(missing) };
            for content in request.content.values_mut() {
                show(content, &self.id, None, body.clone());
            }
        }
        let answers = operation.responses.responses.get_mut(&self.res.status.to_string());
        let Some(RefOr::T(answer)) = answers else { return Err(missing) };
        for content in answer.content.values_mut() {
            show(content, &self.id, self.given.as_deref(), self.res.body.clone());
        }
        Ok(())
    }
}

fn show(content: &mut RefOr<Content>, id: &str, summary: Option<&str>, value: Value) {
    if let RefOr::T(content) = content {
        content.examples.insert(id.to_owned(), RefOr::T(example(summary, value)));
    }
}

/// An example of this value.
pub fn example(summary: Option<&str>, value: Value) -> Example {
    let mut example = Example::new();
    summary.unwrap_or_default().clone_into(&mut example.summary);
    example.value = Some(value);
    example
}

/// Puts a sample where the pair has a placeholder for an id or a time.
fn make_up(value: &mut Value, path: &str) {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, is_each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    // A document that is an array itself has no name.
    let member = if name.is_empty() { Some(value) } else { value.get_mut(name) };
    match member {
        Some(Value::Array(elements)) if is_each => {
            for element in elements {
                make_up(element, rest);
            }
        }
        Some(member) if !rest.is_empty() => make_up(member, rest),
        Some(member) if name == "id" || name.ends_with("_id") => *member = ID.into(),
        Some(member) if name.ends_with("_at") => *member = TIME.into(),
        _ => {}
    }
}
