//! A secret that Novu took is shown by nothing but the answers that may: no list, no refusal, no
//! log at any level, no event, no byte of the database.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Marker, NovuProvider, Place, Service, novu_providers};
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{mail, with};

/// What every planted secret ends in; what stands before it tells them apart, and is not looked
/// for.
const ALIKE: &str = "5d1f0a7c93e24b88e6-in-every-planted-secret";

/// Secrets that were planted: each is a text of its own, and one marker finds them all.
struct Planted {
    number: usize,
    marker: Marker,
}

impl Planted {
    fn none() -> Self {
        Self { number: 0, marker: Marker::of_text("a secret", &Self::secret(0)) }
    }

    fn secret(number: usize) -> String {
        format!("planted-{number:04}-{ALIKE}")
    }

    fn text(&mut self) -> String {
        self.number += 1;
        Self::secret(self.number)
    }

    /// The credentials of a provider with all its secrets, and those of others.
    fn credentials(&mut self, provider: &NovuProvider) -> Value {
        let secrets = provider.members().filter(|member| member.is_secret);
        let mut all: Map<_, _> = secrets
            .map(|member| {
                let text = self.text();
                let is_url = member.name == "webhookUrl";
                let value = if is_url { format!("https://hooks.example.com/{text}") } else { text };
                (member.name.to_owned(), json!(value))
            })
            .collect();
        for name in ["apiKey", "password", "token", "secretKey", "signingSecret"] {
            if !all.contains_key(name) {
                all.insert(name.to_owned(), self.text().into());
            }
        }
        let options = json!({ "key": self.text(), "pfx": self.text(), "passphrase": self.text() });
        all.insert("tlsOptions".to_owned(), options);
        all.into()
    }

    fn expect_in_none_of(&self, places: &[Place]) {
        assert_eq!(self.marker.found_in(places), [""; 0]);
    }

    fn expect_in_no_answer(&self, answers: &[Answer]) {
        let places = answers.iter().flat_map(|answer| {
            let headers = format!("{:?}", answer.headers);
            [Place::new("an answer", answer.text.clone()), Place::new("its headers", headers)]
        });
        self.expect_in_none_of(&places.collect::<Vec<_>>());
    }
}

/// One of each provider that may be created, with every secret that it has, each handed in in every
/// way there is.
async fn hand_in(acme: &Acme, planted: &mut Planted) -> Result<Vec<Answer>> {
    let novu = acme.novu().await?;
    let mut answers = Vec::new();
    for provider in novu_providers() {
        if provider.id == "novu-email" || provider.id == "novu-sms" {
            continue;
        }
        let mut sent = || json!({ "credentials": planted.credentials(&provider) });
        let of = json!({ "providerId": provider.id, "channel": provider.channel });
        let request = novu.request("POST", "").header("idempotency-key", provider.id);
        let made = request.json(&with(of, sent())).send().await?.expect_status(201);
        let id = made.data()["_id"].as_str().unwrap().to_owned();
        answers.extend([
            novu.update(&id, &sent()).await?.expect_status(200),
            novu.patch(&id, &sent()).await?.expect_status(200),
            novu.find(&id).await?.expect_status(200),
            made,
        ]);
    }
    let nobody = json!({ "a": planted.text(), "b": planted.text() });
    let nobody = json!({ "providerId": "nobody", "channel": "sms", "credentials": nobody });
    answers.push(novu.create(&nobody).await?.expect_status(201));
    for answer in [novu.list().await?, novu.active().await?, acme.revealing_novu().list().await?] {
        answers.push(answer.expect_status(200));
    }
    Ok(answers)
}

/// Refusals of what carries secrets.
async fn refusals(acme: &Acme, planted: &mut Planted, id: &str) -> Result<Vec<Answer>> {
    let novu = acme.novu().await?;
    let secret = planted.text();
    let reader = novu.with_key(&acme.tenant.key(&["integrations:read"]).await?.text);
    let mail = |credentials: Value| with(mail("x"), json!({ "credentials": credentials }));
    let half = format!(r#"{{"providerId":"sendgrid","credentials":{{"apiKey":"{secret}""#);
    let answers = vec![
        novu.create(&mail(json!({ "apiKey": [secret] }))).await?,
        novu.create(&mail(json!({ "apiKey": { "a": secret } }))).await?,
        novu.create(&mail(json!({ "apiKey": format!("{secret}\0") }))).await?,
        novu.create(&mail(json!({ "apiKey": secret, "port": { "a": secret } }))).await?,
        novu.create(&mail(json!({ "apiKey": secret, "secure": secret, "tlsOptions": secret }))).await?,
        novu.create(&mail(json!(secret))).await?,
        novu.create(&mail(json!([secret]))).await?,
        novu.create(&with(mail(json!({ "apiKey": secret })), json!({ "channel": "sms" }))).await?,
        novu.create(&with(mail(json!({ "apiKey": secret })), json!({ "providerId": "mailgun" }))).await?,
        novu.create(&with(
            mail(json!({ "token": secret })),
            json!({ "providerId": "twilio", "channel": "fax" }),
        ))
        .await?,
        novu.create(&with(mail(json!({ "apiKey": secret })), json!({ "_environmentId": UNKNOWN_ID })))
            .await?,
        novu.create(&with(mail(json!({ "apiKey": secret })), json!({ "conditions": [{}] }))).await?,
        novu.update(id, &json!({ "active": "x", "credentials": { "apiKey": secret } })).await?,
        novu.update(UNKNOWN_ID, &json!({ "credentials": { "apiKey": secret } })).await?,
        novu.update("no-uuid", &json!({ "credentials": { "apiKey": secret } })).await?,
        novu.patch(id, &json!({ "credentials": { "apiKey": [secret] } })).await?,
        novu.request("POST", "").body(half).send().await?,
        novu.request("POST", "").body(format!("{secret}{}", " ".repeat(300_000))).send().await?,
        novu.request("POST", "").nameless_body(mail(json!({ "apiKey": secret })).to_string()).send().await?,
        novu.request("PUT", "").json(&mail(json!({ "apiKey": secret }))).send().await?,
        novu.at("POST", "/nope").json(&mail(json!({ "apiKey": secret }))).send().await?,
        reader.create(&mail(json!({ "apiKey": secret }))).await?,
        novu.with_key(&secret).list().await?,
        novu.anonymous("GET", "/integrations")
            .header("authorization", format!("Basic {secret}"))
            .send()
            .await?,
        novu.anonymous("GET", "/integrations").header("authorization", &secret).send().await?,
        novu.anonymous("GET", "/integrations").header("x-api-key", &secret).send().await?,
    ];
    for answer in &answers {
        assert!((400..500).contains(&answer.status), "{answer}");
    }
    Ok(answers)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_secret_is_found_outside_of_the_answers_that_show_it(#[case] backend: Backend) -> Result<()> {
    let service = Service::builder(backend).config("telemetry.level", "'trace'").start().await?;
    let mut acme = Acme::of(service).await?;
    let mut planted = Planted::none();
    let mut answers = hand_in(&acme, &mut planted).await?;
    let novu = acme.novu().await?;
    let ids = novu.listed("_id").await?;
    let [first, last] = [&ids[0], &ids[ids.len() - 1]].map(|id| id.as_str().unwrap().to_owned());
    answers.extend(refusals(&acme, &mut planted, &first).await?);
    answers.push(novu.set_primary(&last).await?.expect_status(200));
    answers.push(novu.delete(&first).await?.expect_status(200));
    answers.push(acme.aloochat().list("?include=secret_keys,timestamps").await?.expect_status(200));
    answers.push(acme.telex.list().await?.expect_status(200));
    planted.expect_in_no_answer(&answers);
    // Shown by right, and recorded nowhere for it.
    let shown = acme.revealing_novu().find(&last).await?.expect_status(200);
    assert!(shown.text.contains("planted"), "{shown}");

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

/// The test above finds nothing: this one shows that it would.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_secret_would_be_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let mut planted = Planted::none();
    let text = planted.text();
    let plain = json!({ "credentials": { "apiKey": "x", "senderName": text } });
    let made = acme.novu().await?.create(&with(mail("a"), plain)).await?.expect_status(201);
    assert!(!planted.marker.found_in(&[Place::new("an answer", made.text)]).is_empty());
    Ok(())
}
