//! The connection of Slack, in the Telex dialect, and the Slack that the sandbox plays.

use anyhow::{Context, Result};
use reqwest::Url;
use serde_json::{Value, json};

use crate::{Answer, InstallationBuilder, Request, Sandbox, Telex};

/// Where the sandbox's Slack hands out codes, exchanges them, and ends tokens.
const AUTHORIZE: &str = "/oauth/v2/authorize";
const EXCHANGE: &str = "/api/oauth.v2.access";
const REVOKE: &str = "/api/auth.revoke";

impl Telex {
    /// The path of the organisation's connection of Slack, or of something below.
    #[must_use]
    pub fn slack(&self, below: &str) -> String {
        self.path(&format!("/slack/organisations/{}{below}", self.organisation()))
    }

    /// T1, still without a body; `query` begins with `?` or is empty.
    #[must_use]
    pub fn exchanging(&self, query: &str) -> Request {
        self.at("POST", &self.slack(&format!("/token-exchg{query}")))
    }

    /// T1.
    pub async fn exchange(&self, code: &str) -> Result<Answer> {
        self.exchanging("").json(&json!({ "oauth_code": code })).send().await
    }

    /// T1 where the connection that is there may give way.
    pub async fn replace_slack(&self, code: &str) -> Result<Answer> {
        self.exchanging("?replace=true").json(&json!({ "oauth_code": code })).send().await
    }

    /// T2.
    pub async fn access(&self) -> Result<Answer> {
        self.at("GET", &self.slack("")).send().await
    }

    /// What T2 shows, which must be something.
    pub async fn accessed(&self) -> Result<Value> {
        Ok(self.access().await?.expect_status(200).json()["data"].clone())
    }
}

impl Answer {
    /// The access token that T1 or T2 shows.
    pub fn access_token(&self) -> Result<String> {
        let token = self.json()["data"]["access_token"].as_str().map(str::to_owned);
        token.with_context(|| format!("no token: {self}"))
    }
}

impl InstallationBuilder {
    /// Has the sandbox play Slack.
    #[must_use]
    pub fn slack(self, sandbox: &Sandbox) -> Self {
        self.config("providers.slack.base_url", &format!("'{}'", sandbox.origin()))
            .config("providers.slack.client_id", &format!("'{}'", sandbox.client_id()))
            .config("providers.slack.client_secret", &format!("'{}'", sandbox.client_secret()))
    }
}

impl Sandbox {
    /// How often its Slack was asked to exchange a code, whatever came of it.
    pub async fn exchanges(&self) -> Result<u64> {
        self.count(EXCHANGE).await
    }

    /// How often its Slack was asked to end a token, whatever came of it.
    pub async fn revocations(&self) -> Result<u64> {
        self.count(REVOKE).await
    }

    /// A code that its Slack hands out to an address, good once and for that address alone.
    pub async fn issue(&self, redirect_uri: &str) -> Result<String> {
        let query = [("client_id", self.client_id()), ("redirect_uri", redirect_uri)];
        let page = Url::parse_with_params(&self.url(AUTHORIZE), query)?;
        let asked = format!("{AUTHORIZE}?{}", page.query().unwrap_or_default());
        let back = self.http()?.get(&asked).send().await?.expect_status(302);
        let place = Url::parse(back.header("location"))?;
        let code = place.query_pairs().find(|(name, _)| name == "code");
        Ok(code.with_context(|| format!("no code: {back}"))?.1.into_owned())
    }

    /// Whether its Slack still takes a token.
    pub async fn takes(&self, token: &str) -> Result<bool> {
        let answer = self.http()?.request("POST", "/api/auth.test").bearer(token).send().await?.json();
        Ok(answer["ok"] == true)
    }
}
