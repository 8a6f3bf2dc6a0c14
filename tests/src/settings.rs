//! The settings of one integration, in the Telex dialect.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{Answer, Request, Telex};

/// Speaks of the settings of one integration, as a whole or for one chat channel.
#[derive(Clone, Debug)]
pub struct Settings {
    telex: Telex,
    below: String,
}

impl Telex {
    /// Speaks of the settings of an integration as a whole.
    #[must_use]
    pub fn settings(&self, integration: &str) -> Settings {
        Settings { telex: self.clone(), below: format!("/{integration}/settings") }
    }

    /// Speaks of the settings of an integration for one channel, by the text that stands in
    /// the path.
    #[must_use]
    pub fn channel(&self, integration: &str, channel: &str) -> Settings {
        Settings { telex: self.clone(), below: format!("/{integration}/channels/{channel}/settings") }
    }
}

impl Settings {
    /// The path of the settings.
    #[must_use]
    pub fn path(&self) -> String {
        self.telex.integrations(&self.below)
    }

    /// A request to the settings, or something below.
    #[must_use]
    pub fn request(&self, method: &str, below: &str) -> Request {
        self.telex.request(method, &format!("{}{below}", self.below))
    }

    /// T7, T10.
    pub async fn add(&self, body: &Value) -> Result<Answer> {
        self.request("POST", "").json(body).send().await
    }

    /// T8, T11.
    pub async fn list(&self) -> Result<Answer> {
        self.request("GET", "").send().await
    }

    /// T9.
    pub async fn change_some(&self, body: &Value) -> Result<Answer> {
        self.request("PATCH", "").json(body).send().await
    }

    /// T12, and its like for an integration as a whole.
    pub async fn change(&self, id: &str, body: &Value) -> Result<Answer> {
        self.request("PATCH", &format!("/{id}")).json(body).send().await
    }

    /// T13, and its like for an integration as a whole.
    pub async fn delete(&self, id: &str) -> Result<Answer> {
        self.request("DELETE", &format!("/{id}")).send().await
    }

    /// Puts a value under a label, which must succeed, and answers the id of the setting.
    pub async fn put(&self, label: &str, value: &str) -> Result<String> {
        let added = self.add(&json!({ "form_field_label": label, "form_field_value": value })).await?;
        let added = added.expect_status(200);
        let (_, id) = added.header("location").rsplit_once('/').context("it is not said where it is")?;
        Ok(id.to_owned())
    }

    /// The labels and values that are there, oldest first.
    pub async fn pairs(&self) -> Result<Vec<(String, String)>> {
        Ok(self.list().await?.expect_status(200).setting_pairs())
    }

    /// The one value that is there.
    pub async fn value(&self) -> Result<String> {
        let mut pairs = self.pairs().await?;
        assert_eq!(pairs.len(), 1, "not just one: {pairs:?}");
        Ok(pairs.remove(0).1)
    }
}

impl Answer {
    /// The labels and values of the settings in `data`, in order.
    #[must_use]
    pub fn setting_pairs(&self) -> Vec<(String, String)> {
        let document = self.json();
        let settings = document["data"].as_array().cloned().unwrap_or_default();
        let text = |setting: &Value, member: &str| {
            let text = setting[member].as_str();
            assert!(text.is_some(), "no text {member}: {self}");
            text.unwrap_or_default().to_owned()
        };
        let pair = |setting: &Value| (text(setting, "form_field_label"), text(setting, "form_field_value"));
        settings.iter().map(pair).collect()
    }
}
