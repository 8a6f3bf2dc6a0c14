//! The connection of Slack, in the Telex dialect, and the Slack that the sandbox plays.

use anyhow::{Context, Result};
use reqwest::Url;
use serde_json::{Value, json};

use crate::{Answer, InstallationBuilder, Request, Sandbox, Telex};

/// Where the sandbox's Slack hands out codes, exchanges them, and says whose tokens are.
const AUTHORIZE: &str = "/slack/oauth/v2/authorize";
const TEST: &str = "/slack/api/auth.test";

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

impl Answer {
    /// Where a link of a page of the sandbox's leads.
    fn link(&self, id: &str) -> Result<String> {
        let begin = format!(r#"<a id="{id}" href=""#);
        let rest = self.text.split_once(&begin).with_context(|| format!("no link {id}: {self}"))?.1;
        Ok(rest.split('"').next().unwrap_or_default().replace("&amp;", "&"))
    }
}

impl InstallationBuilder {
    /// Has the sandbox play Slack.
    #[must_use]
    pub fn slack(self, sandbox: &Sandbox) -> Self {
        self.config("providers.slack.base_url", &format!("'{}'", sandbox.url("/slack")))
            .config("providers.slack.client_id", &format!("'{}'", sandbox.client_id()))
            .config("providers.slack.client_secret", &format!("'{}'", sandbox.client_secret()))
    }
}

impl Sandbox {
    /// How often its Slack was asked to exchange a code, whatever came of it.
    pub async fn exchanges(&self) -> Result<u64> {
        self.steps("slack", "token").await
    }

    /// How often its Slack was asked whose a token is, whatever came of it.
    pub async fn checks(&self) -> Result<u64> {
        self.count(TEST).await
    }

    /// How often its Slack was asked to end a token, whatever came of it.
    pub async fn revocations(&self) -> Result<u64> {
        self.steps("slack", "disconnect").await
    }

    /// A code that its Slack hands out to an address, good once and for that address alone.
    pub async fn issue(&self, redirect_uri: &str) -> Result<String> {
        let query = [("client_id", self.client_id()), ("redirect_uri", redirect_uri)];
        let page = Url::parse_with_params(&self.url(AUTHORIZE), query)?;
        let asked = format!("{AUTHORIZE}?{}", page.query().unwrap_or_default());
        let page = self.http()?.get(&asked).send().await?.expect_status(200);
        let place = Url::parse(&page.link("allow")?)?;
        let code = place.query_pairs().find(|(name, _)| name == "code");
        Ok(code.with_context(|| format!("no code: {place}"))?.1.into_owned())
    }

    /// Ends a token at its Slack, behind the service's back.
    pub async fn end(&self, token: &str) -> Result<()> {
        let ended = self.http()?.request("POST", "/slack/api/auth.revoke").bearer(token).send().await?;
        drop(ended.expect_status(200));
        Ok(())
    }

    /// Whether its Slack still takes a token.
    pub async fn takes(&self, token: &str) -> Result<bool> {
        let answer = self.http()?.request("POST", TEST).bearer(token).send().await?.json();
        Ok(answer["ok"] == true)
    }
}
