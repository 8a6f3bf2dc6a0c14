//! Fills the service through its own API, as its users would.

use std::sync::Arc;

use anyhow::{Context, bail};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::subject::Api;

/// How many rows are made at once.
const AT_ONCE: u32 = 16;

/// How rows are made.
struct Target {
    http: Client,
    url: String,
    headers: Vec<(String, String)>,
}

/// Makes that many rows and returns their ids.
pub(super) async fn fill(http: &Client, base: &str, api: &Api, rows: u32) -> anyhow::Result<Vec<String>> {
    let target = Arc::new(Target {
        http: http.clone(),
        url: format!("{base}{}", api.rows_path),
        headers: api.headers.clone(),
    });
    let mut makers = JoinSet::new();
    for first in 0..AT_ONCE.min(rows) {
        let target = Arc::clone(&target);
        makers.spawn(async move {
            let mut made = Vec::new();
            for number in (first..rows).step_by(AT_ONCE as usize) {
                made.push(make(&target, number).await?);
            }
            anyhow::Ok(made)
        });
    }
    let mut ids = Vec::new();
    while let Some(made) = makers.join_next().await {
        ids.extend(made.context("seeding")??);
    }
    Ok(ids)
}

async fn make(target: &Target, number: u32) -> anyhow::Result<String> {
    // Run 0 of the load script's names: no round repeats one.
    let name = format!("bench-00-00-{number:09}");
    let body = json!({"name": name, "json_url": format!("not-a-url-{name}")});
    let asked = target.http.post(&target.url).json(&body);
    let asked = target.headers.iter().fold(asked, |asked, (name, value)| asked.header(name, value));
    let answer = asked.send().await.context("making a row")?;
    let status = answer.status();
    let text = answer.text().await.context("making a row")?;
    match (status, made_id(&text)) {
        (StatusCode::CREATED, Some(id)) => Ok(id),
        (StatusCode::TOO_MANY_REQUESTS, _) => {
            bail!("the service limits the rate: --setting rate_limit.requests_per_minute=0")
        }
        _ => bail!("making a row was answered {status}: {text}"),
    }
}

fn made_id(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer.pointer("/data/id")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_a_text_within_data() {
        let answer = r#"{"status":"success","status_code":201,"data":{"id":"a","name":"b"}}"#;
        assert_eq!(made_id(answer).as_deref(), Some("a"));
        assert_eq!(made_id(r#"{"id":"a"}"#), None);
        assert_eq!(made_id(r#"{"data":{"id":1}}"#), None);
        assert_eq!(made_id("not found"), None);
    }
}
