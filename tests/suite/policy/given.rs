//! What a row needs to be there, made below one prefix in an organisation of its own.

use anyhow::{Context, Result};
use patchbay_tests::{AlooChat, Answer, Http, Request, Sandbox, Service, Tenant};
use serde_json::{Value, json};

/// What must be there before a row is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    Nothing,
    /// Slack, connected.
    Connection,
    Integration,
    /// An integration with one setting.
    Setting,
    /// An integration with one setting for a channel.
    Channel,
    /// A custom integration.
    Custom,
    /// An integration of Slack that nobody has connected.
    Team,
    /// An active integration of a provider of mail.
    Mail,
    /// Nothing but the name of a channel of Novu's, which is no chat channel.
    Word,
}

const CHANNEL: &str = "general";
const PAIR: &str = r#"{"form_field_label":"a","form_field_value":"b"}"#;

/// An organisation that is asked about below one prefix, with a key that may do everything.
pub struct Place<'a> {
    pub http: Http,
    pub prefix: &'static str,
    pub tenant: &'a Tenant,
    pub key: &'a str,
    pub sandbox: &'a Sandbox,
}

impl Place<'_> {
    /// Makes what is given, anew for each row, and answers the row's path and body with everything
    /// filled in.
    pub async fn prepare(&self, given: Given, path: &str, body: &str) -> Result<(String, String)> {
        let (integration, setting) = match given {
            Given::Nothing | Given::Word => (String::new(), String::new()),
            Given::Connection => {
                let body = format!(r#"{{"oauth_code":"{}-again"}}"#, self.code());
                self.post("/slack/organisations/{org}/token-exchg?replace=true", &body).await?;
                (String::new(), String::new())
            }
            Given::Integration => (self.integration().await?, String::new()),
            Given::Setting => self.setting("/settings").await?,
            Given::Channel => self.setting(&format!("/channels/{CHANNEL}/settings")).await?,
            Given::Custom => (self.custom().await?, String::new()),
            Given::Team => (self.team().await?, String::new()),
            Given::Mail => (self.mail().await?, String::new()),
        };
        let identifier =
            if given == Given::Team { self.identifier(&integration).await? } else { String::new() };
        let fill = |text: &str| {
            text.replace("{org}", &self.tenant.id)
                .replace("{integration}", &integration)
                .replace("{id}", &integration)
                .replace("{providerIdOrId}", &integration)
                .replace("{identifier}", &identifier)
                .replace("{setting}", &setting)
                .replace("{channel}", if given == Given::Word { "sms" } else { CHANNEL })
                .replace("{sandbox}", self.sandbox.origin())
                .replace("{code}", &self.code())
        };
        Ok((format!("{}{}", self.prefix, fill(path)), fill(body)))
    }

    /// A code that the sandbox's Slack exchanges, of this place's own: each is good once.
    fn code(&self) -> String {
        format!("sandbox-ok-acme-{}", self.tenant.id)
    }

    async fn integration(&self) -> Result<String> {
        // A name of its own for each, which the list gives.
        let name = format!("integration {}", self.list("integrations").await?.len());
        let body = json!({ "name": name, "json_url": "x" }).to_string();
        let made = self.post("/organisations/{org}/integrations", &body).await?;
        text(&made.json()["data"]["id"])
    }

    async fn team(&self) -> Result<String> {
        let aloochat = AlooChat::new(self.http.clone(), self.key);
        aloochat.created(&json!({ "name": "Team", "type": "slack" })).await
    }

    /// What Novu's clients know an integration by.
    async fn identifier(&self, integration: &str) -> Result<String> {
        let shown = self.novu("GET", &format!("/integrations/{integration}")).send().await?;
        text(&shown.expect_status(200).json()["data"]["identifier"])
    }

    fn novu(&self, method: &str, below: &str) -> Request {
        let request = self.http.request(method, &format!("/v1{below}"));
        request.header("authorization", format!("ApiKey {}", self.key))
    }

    async fn mail(&self) -> Result<String> {
        let body =
            r#"{"providerId":"sendgrid","channel":"email","credentials":{"apiKey":"x"},"active":true}"#;
        let made = self.novu("POST", "/integrations").body(body).send().await?.expect_status(201);
        text(&made.json()["data"]["_id"])
    }

    async fn setting(&self, below: &str) -> Result<(String, String)> {
        let integration = self.integration().await?;
        let settings = format!("/organisations/{{org}}/integrations/{integration}{below}");
        let made = self.post(&settings, PAIR).await?;
        let setting = made.header("location").rsplit('/').next().context("no location")?.to_owned();
        Ok((integration, setting))
    }

    async fn custom(&self) -> Result<String> {
        let url = self.sandbox.manifest("interval");
        let find = |all: &[Value]| all.iter().find(|one| one["json_url"] == *url).map(|one| text(&one["id"]));
        if let Some(id) = find(&self.list("integrations/custom").await?) {
            return id;
        }
        let body = json!({ "json_url": url }).to_string();
        self.post("/organisations/{org}/integrations/custom", &body).await?;
        find(&self.list("integrations/custom").await?).context("it was not installed")?
    }

    async fn list(&self, what: &str) -> Result<Vec<Value>> {
        let path = format!("/organisations/{}/{what}", self.tenant.id);
        let listed = self.http.get(&path).bearer(self.key).send().await?.expect_status(200);
        Ok(listed.json()["data"].as_array().context("no list")?.clone())
    }

    async fn post(&self, path: &str, body: &str) -> Result<Answer> {
        let path = path.replace("{org}", &self.tenant.id);
        let answer = self.http.request("POST", &path).bearer(self.key).body(body).send().await?;
        assert!(answer.status < 300, "{answer}");
        Ok(answer)
    }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("no text: {value}"))?.to_owned())
}

/// A service whose Slack and whose manifests are the sandbox's.
pub async fn service(backend: patchbay_tests::Backend, sandbox: &Sandbox) -> Result<Service> {
    Service::builder(backend)
        .slack(sandbox)
        .config("providers.json_manifest.base_url", &format!("'{}'", sandbox.origin()))
        // Wrong keys are what is asked here.
        .config("rate_limit.failed_auth_per_minute", "0")
        .start()
        .await
}
