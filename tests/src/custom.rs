//! Custom integrations, in the Telex dialect.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{Answer, Telex};

impl Telex {
    /// T14.
    pub async fn install(&self, url: &str) -> Result<Answer> {
        self.request("POST", "/custom").json(&json!({ "json_url": url })).send().await
    }

    /// T14, which must succeed; answers the id that T15 then shows last.
    pub async fn installed(&self, url: &str) -> Result<String> {
        drop(self.install(url).await?.expect_status(201));
        let listed = self.list_custom().await?.expect_status(200).json();
        let last = listed["data"].as_array().and_then(|list| list.last()?["id"].as_str());
        Ok(last.with_context(|| format!("nothing is listed in {listed}"))?.to_owned())
    }

    /// T15.
    pub async fn list_custom(&self) -> Result<Answer> {
        self.request("GET", "/custom").send().await
    }

    /// T16.
    pub async fn replace_manifest(&self, id: &str, url: &str) -> Result<Answer> {
        self.request("PUT", &format!("/custom/{id}")).json(&json!({ "json_url": url })).send().await
    }

    /// T17.
    pub async fn delete_custom(&self, id: &str) -> Result<Answer> {
        self.request("DELETE", &format!("/custom/{id}")).send().await
    }

    /// T18.
    pub async fn put_entry(&self, id: &str, name: &str, value: &Value) -> Result<Answer> {
        let entry = json!({ "setting_entry": { "field_name": name, "value": value } });
        self.request("PUT", &format!("/custom/{id}/settings")).json(&entry).send().await
    }

    /// T19; `query` begins with `?` or is empty.
    pub async fn entries(&self, id: &str, query: &str) -> Result<Answer> {
        self.request("GET", &format!("/custom/{id}/settings{query}")).send().await
    }
}
