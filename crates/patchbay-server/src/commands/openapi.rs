//! `patchbay openapi`

use anyhow::Context;
use patchbay_http::{ApiDocument, api_documents};
use serde_json::{Map, Value};

use crate::output;

/// Prints the document of `api`, or those of all APIs as one object, by name.
pub fn run(api: Option<&str>) -> anyhow::Result<()> {
    let documents = api_documents().context("the APIs cannot be documented")?;
    let mut named: Map<String, Value> =
        documents.into_iter().map(|ApiDocument { name, document }| (name.to_owned(), document)).collect();
    match api {
        Some(name) => output::document(&named.remove(name).with_context(|| format!("no API {name}"))?),
        None => output::document(&named),
    }
}
