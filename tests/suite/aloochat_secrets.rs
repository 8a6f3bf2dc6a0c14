//! A secret that AlooChat took is shown by nothing: no answer, no log at any level, no event, no
//! byte of the database.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Marker, Place, Service};
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::given::{Acme, invalid};

/// Every secret key of every type.
const SECRET_KEYS: [(&str, &[&str]); 10] = [
    ("shopify", &["access_token"]),
    ("zendesk", &["api_token"]),
    ("hubspot", &["access_token"]),
    ("google_calendar", &["credentials"]),
    ("custom_api", &["auth_token"]),
    ("slack", &["bot_token", "signing_secret", "webhook_url"]),
    ("whatsapp", &["access_token", "verify_token", "app_secret"]),
    ("notion", &["access_token"]),
    ("odoo", &["password", "api_key"]),
    ("gmail", &["credentials", "access_token", "refresh_token"]),
];

/// Secrets that were planted, each as a text of its own.
#[derive(Default)]
struct Planted(Vec<Marker>);

impl Planted {
    fn text(&mut self, about: &str) -> String {
        let number = self.0.len();
        let text = format!("planted-{number:04}-5d1f0a7c93e24b88{number:04}-ends-here");
        self.0.push(Marker::of_text(about, &text));
        text
    }

    /// The value of a secret key: `credentials` is an object.
    fn value(&mut self, about: &str, key: &str) -> Value {
        if key == "credentials" {
            json!({ "refresh": self.text(about), "deep": [{ "any": self.text(about) }] })
        } else {
            self.text(about).into()
        }
    }

    fn expect_in_none_of(&self, places: &[Place]) {
        let found: Vec<_> = self.0.iter().flat_map(|marker| marker.found_in(places)).collect();
        assert!(found.is_empty(), "{found:#?}");
    }

    fn expect_in_no_answer(&self, answers: &[Answer]) {
        let places = answers.iter().flat_map(|answer| {
            let headers = format!("{:?}", answer.headers);
            [Place::new("an answer", answer.text.clone()), Place::new("its headers", headers)]
        });
        self.expect_in_none_of(&places.collect::<Vec<_>>());
    }
}

/// A configuration of a type with all its secrets, and some where only their names tell.
fn config(planted: &mut Planted, kind: &str, keys: &[&str]) -> Value {
    let secrets = keys.iter().map(|key| ((*key).to_owned(), planted.value(&format!("{kind}: {key}"), key)));
    let mut config: Map<String, Value> = secrets.collect();
    let mut hidden = |name: &str| planted.text(&format!("{kind}: {name}"));
    config.insert(
        "headers".to_owned(),
        json!({ "Authorization": hidden("a header"), "X-Api-Key": hidden("another"), "X-Custom-Header": "value" }),
    );
    config
        .insert("nested".to_owned(), json!({ "list": [{ "Client Secret": hidden("nested") }], "plain": 1 }));
    config.insert("my-passwd".to_owned(), hidden("unlisted").into());
    config.into()
}

/// What of [`config`] may be shown.
fn shown() -> Value {
    json!({ "headers": { "X-Custom-Header": "value" }, "nested": { "list": [{}], "plain": 1 } })
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_3_no_secret_value_in_any_response_log_line_or_event(#[case] backend: Backend) -> Result<()> {
    let service = Service::builder(backend).config("telemetry.level", "'trace'").start().await?;
    let mut acme = Acme::of(service).await?;
    let aloochat = acme.aloochat();
    let (mut planted, mut answers) = (Planted::default(), Vec::new());
    for (kind, keys) in SECRET_KEYS {
        let sent = json!({ "config": config(&mut planted, kind, keys) });
        let body = json!({ "name": kind, "type": kind, "config": sent["config"] });
        let made = aloochat.create(&body).await?.expect_status(201);
        assert_eq!(made.json()["config"], shown(), "{kind}");
        let id = made.text_of("id");
        let changed = aloochat.update(&id, &sent).await?.expect_status(200);
        assert_eq!(changed.json()["config"], shown(), "{kind}");
        let named = aloochat.request("GET", &format!("/{id}?include=secret_keys")).send().await?;
        for key in keys {
            assert!(named.json()["secret_keys"].as_array().unwrap().contains(&json!(key)), "{named}");
        }
        let replaced = aloochat.update_with(&id, "?config_mode=replace", &sent).await?;
        answers.push(replaced.expect_status(200));
        answers.push(aloochat.request("PATCH", &format!("/{id}")).json(&sent).send().await?);
        answers.extend([made, changed, named, aloochat.find(&id).await?]);
    }
    let id = aloochat.listed("id").await?[1].as_str().unwrap().to_owned();
    let channel = json!({ "bot token": planted.text("a channel's"), "colour": "red" });
    let settings = aloochat.channel("PUT", &id, "general").json(&channel).send().await?.expect_status(200);
    assert_eq!(settings.json(), json!({ "colour": "red" }));
    answers.extend([settings, aloochat.channel("GET", &id, "general").send().await?]);
    answers.extend(refusals(&acme, &mut planted, &id).await?);
    let gone = aloochat.listed("id").await?[0].as_str().unwrap().to_owned();
    answers.push(aloochat.delete(&gone).await?.expect_status(200));
    answers.push(aloochat.list("?include=secret_keys,timestamps").await?.expect_status(200));
    answers.push(aloochat.list("").await?.expect_status(200));
    let telex = acme.telex.list().await?.expect_status(200);
    answers.push(telex);
    planted.expect_in_no_answer(&answers);

    let audit = acme.service.command(&["audit", "list", "--organisation", &acme.tenant.id]).await?;
    planted.expect_in_none_of(&[Place::new("the audit log", audit.expect_status(0).stdout)]);
    planted.expect_in_none_of(&acme.service.database().bytes()?);
    assert!(acme.service.server_mut().terminate().await?.success());
    planted.expect_in_none_of(&acme.service.database().bytes()?);
    let logs = acme.service.server().outputs()?;
    let is_talkative =
        logs.iter().any(|log| ["TRACE", "DEBUG"].iter().any(|level| log.text().contains(level)));
    assert!(is_talkative, "nothing is said at this level: the test shows nothing");
    planted.expect_in_none_of(&logs);
    Ok(())
}

/// Refusals of what carries secrets.
async fn refusals(acme: &Acme, planted: &mut Planted, id: &str) -> Result<Vec<Answer>> {
    let aloochat = acme.aloochat();
    let secret = planted.text("refused");
    let reader = aloochat.with_key(&acme.tenant.key(&["integrations:read"]).await?.text);
    let shop = |config: Value| json!({ "name": "x", "type": "shopify", "config": config });
    let half = format!(r#"{{"name":"x","config":{{"access_token":"{secret}""#);
    let answers = vec![
        aloochat.create(&shop(json!({ "access_token": [secret] }))).await?,
        aloochat.create(&shop(json!({ "access_token": format!("{secret}\0") }))).await?,
        aloochat.create(&shop(json!({ "access_token": secret, "more": "x".repeat(70_000) }))).await?,
        aloochat.create(&shop(json!(secret))).await?,
        aloochat.create(&json!({ "name": { "x": secret }, "type": secret })).await?,
        aloochat
            .create(&json!({ "name": "x", "type": secret, "config": { "access_token": secret } }))
            .await?,
        aloochat.request("POST", "").body(half).send().await?,
        aloochat.request("POST", "").body(format!("{secret}{}", " ".repeat(300_000))).send().await?,
        aloochat.update(id, &json!({ "is_active": secret, "config": { "api_token": secret } })).await?,
        aloochat.update("no-uuid", &shop(json!({ "access_token": secret }))).await?,
        aloochat.channel("PUT", id, "general").json(&json!({ "token": [secret] })).send().await?,
        aloochat
            .channel("PUT", id, "general")
            .json(&json!({ "token": format!("{secret}\0") }))
            .send()
            .await?,
        aloochat.list(&format!("?type={secret}")).await?,
        aloochat.list(&format!("?cursor={secret}")).await?,
        aloochat.list(&format!("?include={secret}")).await?,
        reader.create(&shop(json!({ "access_token": secret }))).await?,
        aloochat.with_key(&secret).list("").await?,
        aloochat.request("PUT", "/types").json(&shop(json!({ "access_token": secret }))).send().await?,
    ];
    for answer in &answers {
        assert!((400..500).contains(&answer.status), "{answer}");
    }
    Ok(answers)
}

/// The test above finds nothing: this one shows that it would.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_secret_by_its_name_would_be_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let mut planted = Planted::default();
    let text = planted.text("in plain sight");
    let body = json!({ "name": "x", "type": "shopify", "config": { "harmless": text } });
    let made = acme.aloochat().create(&body).await?.expect_status(201);
    assert!(!planted.0[0].found_in(&[Place::new("an answer", made.text)]).is_empty());
    assert!(!planted.0[0].found_in(&acme.service.database().bytes()?).is_empty());
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_secret_never_travels_to_a_host_that_it_was_not_sent_with(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let config = json!({ "base_url": "https://api.example.com/v1", "auth_token": "planted" });
    let id = aloochat.created(&json!({ "name": "x", "type": "custom_api", "config": config })).await?;
    let moved = |config: Value| {
        let aloochat = aloochat.clone();
        let id = id.clone();
        async move { aloochat.update(&id, &json!({ "config": config })).await }
    };
    let why = "config.base_url: cannot change without the secrets: send them again";
    for elsewhere in ["https://evil.example", "http://api.example.com", "https://api.example.com:8443"] {
        invalid(moved(json!({ "base_url": elsewhere })).await?, why);
    }
    drop(moved(json!({ "base_url": "https://api.example.com/v2" })).await?.expect_status(200));
    let config = json!({ "base_url": "https://new.example", "auth_token": "planted anew" });
    drop(moved(config).await?.expect_status(200));
    invalid(moved(json!({ "base_url": "https://evil.example" })).await?, why);
    drop(moved(json!({ "base_url": "https://third.example", "auth_token": null })).await?.expect_status(200));
    drop(moved(json!({ "base_url": "https://fourth.example" })).await?.expect_status(200));
    for (config, why) in [
        (
            json!({ "base_url": "https://a:b@c.example" }),
            "config.base_url: must not contain a user name or password",
        ),
        (
            json!({ "headers": { "Host": "evil.example" } }),
            "config.headers.Host: is a header that cannot be set",
        ),
        (json!({ "headers": { "X-A": 1 } }), "config.headers: must be an object of texts"),
    ] {
        invalid(moved(config).await?, why);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_member_that_says_where_requests_go_leads_a_stored_secret_elsewhere(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let writer = acme.aloochat().with_key(&acme.tenant.key(&["integrations:write"]).await?.text);
    // Those of the entries, and such as no entry has.
    for (kind, config, member, elsewhere) in [
        ("custom_api", json!({ "base_url": "https://api.example" }), "base_url", "https://evil.example"),
        ("odoo", json!({ "url": "https://acme.odoo.com" }), "url", "https://evil.example"),
        ("shopify", json!({ "shop_domain": "a.myshopify.com" }), "shop_domain", "evil.example"),
        ("zendesk", json!({ "baseUrl": "https://acme.zendesk.com" }), "baseUrl", "https://evil.example"),
        ("hubspot", json!({ "api_host": "api.hubapi.com" }), "api_host", "evil.example"),
        ("notion", json!({ "webhookUrl": "https://a.example" }), "webhookUrl", "https://evil.example"),
        ("gmail", json!({ "api_endpoint": "https://a.example" }), "api_endpoint", "https://evil.example"),
        ("whatsapp", json!({ "proxy": { "host": "a.example" } }), "proxy", "evil.example"),
    ] {
        let mut config = config;
        config["api_key"] = "planted".into();
        let new = json!({ "name": kind, "type": kind, "config": config });
        let at = format!("/{}", acme.aloochat().created(&new).await?);
        let elsewhere = match member {
            "proxy" => json!({ "proxy": { "host": elsewhere } }),
            member => json!({ member: elsewhere }),
        };
        for method in ["PUT", "PATCH"] {
            let changed = writer.request(method, &at).json(&json!({ "config": elsewhere })).send().await?;
            let refused = changed.expect_status(400);
            assert!(refused.text.contains("cannot change without the secrets"), "{kind}: {refused}");
        }
        // What is sent along is not what is stored.
        let mut anew = elsewhere.clone();
        anew["api_key"] = "sent anew".into();
        drop(writer.request("PATCH", &at).json(&json!({ "config": anew })).send().await?.expect_status(200));
    }
    Ok(())
}
