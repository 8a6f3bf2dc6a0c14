//! The request and answer pairs that the wire contract was written from.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::{Answer, Http, Request};

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
    /// Headers beside those.
    beside: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
struct Expected {
    status: u16,
    body: Value,
}

/// The pairs of the Telex dialect. They lie in its folder, because its document shows them as
/// examples: each is written once.
const TELEX: &str = include_str!("../../crates/patchbay-http/src/dialects/telex/examples.jsonl");

/// The same of the AlooChat dialect.
const ALOOCHAT: &str = include_str!("../../crates/patchbay-http/src/dialects/aloochat/examples.jsonl");

/// The same of the native API.
const PATCHBAY: &str = include_str!("../../crates/patchbay-http/src/dialects/patchbay/examples.jsonl");

/// The same of the Novu dialect.
const NOVU: &str = include_str!("../../crates/patchbay-http/src/dialects/novu/examples.jsonl");

/// The fixture `id` of the Telex dialect.
pub fn telex_fixture(id: &str) -> Result<Fixture> {
    find(TELEX, id)
}

/// The fixture `id` of the AlooChat dialect.
pub fn aloochat_fixture(id: &str) -> Result<Fixture> {
    find(ALOOCHAT, id)
}

/// The fixture `id` of the native API.
pub fn patchbay_fixture(id: &str) -> Result<Fixture> {
    find(PATCHBAY, id)
}

/// The fixture `id` of the Novu dialect.
pub fn novu_fixture(id: &str) -> Result<Fixture> {
    find(NOVU, id)
}

fn find(lines: &str, id: &str) -> Result<Fixture> {
    read(lines)?.into_iter().find(|fixture| fixture.id == id).with_context(|| format!("no fixture {id}"))
}

fn read(lines: &str) -> Result<Vec<Fixture>> {
    lines.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

impl Fixture {
    /// Sends the request and asserts the answer. `places` fills what stands in braces in
    /// the path; `present` presents a key.
    pub async fn play(
        &self,
        http: &Http,
        prefix: &str,
        places: &[(&str, &str)],
        present: impl FnOnce(Request) -> Request,
    ) -> Result<Answer> {
        let Self { id, req, res, .. } = self;
        let path = places.iter().fold(req.path.clone(), |path, (name, value)| path.replace(name, value));
        ensure!(!path.contains('{'), "{id}: nothing fills {path}");
        let mut request = http.request(&req.method, &format!("{prefix}{path}"));
        if req.headers.is_none() {
            request = present(request);
        }
        for (name, value) in req.beside.iter().flatten() {
            request = request.header(name, value);
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
        for (lines, start, numbers, refusals) in
            [(TELEX, "TX", 19, 6), (ALOOCHAT, "AC", 11, 5), (PATCHBAY, "PB", 3, 5), (NOVU, "NV", 19, 9)]
        {
            let all = read(lines).unwrap();
            let mut ids: Vec<_> = all.iter().map(|fixture| fixture.id.as_str()).collect();
            ids.dedup();
            let numbers = (1..=numbers).map(|number| format!("{start}-{number:02}"));
            let refusals = (1..=refusals).map(|number| format!("{start}-E{number}"));
            assert_eq!(ids, numbers.chain(refusals).collect::<Vec<_>>());
        }
    }
}
