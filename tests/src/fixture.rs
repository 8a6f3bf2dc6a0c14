//! The request and answer pairs that the wire contract was written from.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::{Answer, Http};

/// One request and what it must be answered.
#[derive(Debug, Deserialize)]
pub struct Fixture {
    id: String,
    req: Asked,
    res: Expected,
    volatile: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    method: String,
    path: String,
    body: Option<Value>,
    /// Given only where they are other than the key's.
    headers: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Expected {
    status: u16,
    body: Value,
}

/// The pairs of the Telex dialect. They lie in its folder, because its document shows them as
/// examples: each is written once.
const TELEX: &str = include_str!("../../crates/patchbay-http/src/dialects/telex/examples.jsonl");

/// The fixture `id` of the Telex dialect.
pub fn telex_fixture(id: &str) -> Result<Fixture> {
    let all: Vec<Fixture> = read(TELEX)?;
    all.into_iter().find(|fixture| fixture.id == id).with_context(|| format!("no fixture {id}"))
}

fn read(lines: &str) -> Result<Vec<Fixture>> {
    lines.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

impl Fixture {
    /// Sends the request and asserts the answer. `places` fills what stands in braces in
    /// the path.
    pub async fn play(
        &self,
        http: &Http,
        prefix: &str,
        places: &[(&str, &str)],
        key: &str,
    ) -> Result<Answer> {
        let Self { id, req, res, .. } = self;
        let path = places.iter().fold(req.path.clone(), |path, (name, value)| path.replace(name, value));
        ensure!(!path.contains('{'), "{id}: nothing fills {path}");
        let mut request = http.request(&req.method, &format!("{prefix}{path}"));
        if req.headers.is_none() {
            request = request.bearer(key);
        }
        if let Some(body) = &req.body {
            request = request.json(body);
        }
        let volatile: Vec<_> = self.volatile.iter().map(String::as_str).collect();
        Ok(request.send().await?.expect_status(res.status).expect_json(&res.body, &volatile))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixture_can_be_read_and_has_an_id_of_its_own() {
        let all = read(TELEX).unwrap();
        let mut ids: Vec<_> = all.iter().map(|fixture| fixture.id.as_str()).collect();
        ids.dedup();
        let numbers = (1..=19).map(|number| format!("TX-{number:02}"));
        let refusals = (1..=6).map(|number| format!("TX-E{number}"));
        assert_eq!(ids, numbers.chain(refusals).collect::<Vec<_>>());
    }
}
