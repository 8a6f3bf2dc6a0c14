//! `check: true`: a provider is asked before anything is stored. The sandbox plays the providers.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, InstallationBuilder, Novu, Sandbox, Service};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;
use crate::novu_given::{MASK, fault, faulted, unused_mail, with};

/// An organisation whose service takes a sandbox for some providers.
struct Checked {
    acme: Acme,
    sandbox: Sandbox,
    novu: Novu,
}

impl Checked {
    async fn on(backend: Backend) -> Result<Self> {
        Self::with(backend, |builder| builder).await
    }

    async fn with(
        backend: Backend,
        set: impl FnOnce(InstallationBuilder) -> InstallationBuilder,
    ) -> Result<Self> {
        let sandbox = Sandbox::start().await?;
        let played = ["sendgrid", "twilio_sms", "messagebird", "mailgun", "telegram"];
        let builder = played.iter().fold(Service::builder(backend), |builder, id| {
            let origin = format!("'{}'", sandbox.url(&format!("/{id}")));
            builder.config(&format!("providers.{id}.base_url"), &origin)
        });
        let acme = Acme::of(set(builder).start().await?).await?;
        let novu = acme.novu().await?;
        Ok(Self { acme, sandbox, novu })
    }

    /// How often any provider was asked.
    async fn asked(&self) -> Result<u64> {
        Ok(self.sandbox.calls().await?.iter().map(|call| call.count).sum())
    }
}

/// One that is not used, so that nobody is asked of it later, with this key.
fn mail_with(key: &str) -> Value {
    with(unused_mail("a"), json!({ "credentials": { "apiKey": key }, "check": true }))
}

fn verified(answer: &Answer) -> &str {
    answer.header("x-credentials-verified")
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn credentials_that_their_provider_takes_are_stored_and_said_to_be_verified(
    #[case] backend: Backend,
) -> Result<()> {
    let checked = Checked::on(backend).await?;
    for (provider, channel, credentials) in [
        ("sendgrid", "email", json!({ "apiKey": "SG.good" })),
        ("mailgun", "email", json!({ "apiKey": "good", "user": "api", "domain": "mg.example.com" })),
        ("twilio", "sms", json!({ "accountSid": "AC1", "token": "good" })),
        ("messagebird", "sms", json!({ "accessKey": "good" })),
        ("telegram", "chat", json!({ "apiToken": "good" })),
    ] {
        checked.sandbox.forget_calls().await?;
        for active in [true, false] {
            let body = json!({
                "providerId": provider, "channel": channel, "credentials": credentials, "active": active, "check": true,
            });
            let made = checked.novu.create(&body).await?.expect_status(201);
            assert_eq!(verified(&made), "verified", "{made}");
            assert!(checked.asked().await? > 0, "{provider} was not asked");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn credentials_that_their_provider_refuses_are_not_stored(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    for (provider, channel, credentials) in [
        ("sendgrid", "email", json!({ "apiKey": "SG.rejected.planted" })),
        (
            "mailgun",
            "email",
            json!({ "apiKey": "rejected-planted", "user": "api", "domain": "mg.example.com" }),
        ),
        ("twilio", "sms", json!({ "accountSid": "AC1", "token": "rejected-planted" })),
        ("messagebird", "sms", json!({ "accessKey": "rejected-planted" })),
    ] {
        for active in [true, false] {
            let body = json!({
                "providerId": provider, "channel": channel, "credentials": credentials, "active": active,
                "identifier": "wanted", "check": true,
            });
            let answer = checked.novu.create(&body).await?;
            let message = fault(&answer, 400);
            let begin = format!("Integration check failed for {provider}: ");
            assert!(message.strip_prefix(&begin).is_some_and(|reason| !reason.is_empty()), "{answer}");
            assert!(!answer.text.contains("planted"), "{answer}");
        }
    }
    assert_eq!(checked.novu.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_is_asked_unless_it_is_wanted(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    for check in [json!(false), json!(null)] {
        let body = with(mail_with("SG.rejected"), json!({ "check": check }));
        let made = checked.novu.create(&body).await?.expect_status(201);
        assert_eq!(verified(&made), "", "{made}");
        let id = made.data()["_id"].as_str().unwrap().to_owned();
        let change = json!({ "credentials": { "apiKey": "SG.rejected.too" }, "check": check });
        assert_eq!(verified(&checked.novu.update(&id, &change).await?.expect_status(200)), "");
    }
    assert_eq!(checked.asked().await?, 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_that_cannot_be_asked_passes_as_skipped(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    for (provider, channel) in [
        ("nodemailer", "email"),
        ("email-webhook", "email"),
        ("generic-sms", "sms"),
        ("discord", "chat"),
        ("push-webhook", "push"),
        ("novu", "in_app"),
        ("of-nobody", "sms"),
    ] {
        let body = json!({ "providerId": provider, "channel": channel, "check": true });
        let made = checked.novu.create(&body).await?.expect_status(201);
        assert_eq!(verified(&made), "skipped", "{made}");
        let id = made.data()["_id"].as_str().unwrap().to_owned();
        let changed = checked.novu.update(&id, &json!({ "name": "b", "check": true })).await?;
        assert_eq!(verified(&changed.expect_status(200)), "skipped");
    }
    assert_eq!(checked.asked().await?, 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_is_checked_with_what_the_credentials_will_be(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    let id = checked.novu.created(&mail_with("SG.good")).await?;
    checked.sandbox.forget_calls().await?;
    let refused = json!({ "name": "b", "credentials": { "apiKey": "SG.rejected" }, "check": true });
    let answer = checked.novu.update(&id, &refused).await?;
    assert!(fault(&answer, 400).starts_with("Integration check failed for sendgrid: "), "{answer}");
    assert_eq!(checked.novu.found(&id).await?["name"], "a");
    assert_eq!(checked.acme.revealing_novu().found(&id).await?["credentials"]["apiKey"], "SG.good");
    // With a mask it is the stored one that counts.
    let masked = json!({ "name": "b", "credentials": { "apiKey": MASK, "from": "x" }, "check": true });
    let changed = checked.novu.update(&id, &masked).await?.expect_status(200);
    assert_eq!((verified(&changed), &changed.data()["name"]), ("verified", &json!("b")));
    let merged = json!({ "credentials": { "senderName": "A" }, "check": true });
    assert_eq!(verified(&checked.novu.patch(&id, &merged).await?.expect_status(200)), "verified");
    assert_eq!(checked.asked().await?, 3);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_other_members_is_checked_with_the_stored_credentials(
    #[case] backend: Backend,
) -> Result<()> {
    let checked = Checked::on(backend).await?;
    let good = checked.novu.created(&mail_with("SG.good")).await?;
    let bad = checked.novu.created(&with(mail_with("SG.rejected"), json!({ "check": false }))).await?;
    let change = json!({ "name": "b", "check": true });
    assert_eq!(verified(&checked.novu.update(&good, &change).await?.expect_status(200)), "verified");
    fault(&checked.novu.update(&bad, &change).await?, 400);
    assert_eq!(checked.novu.listed("name").await?, ["b", "a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_check_alone_asks_and_then_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    let good = checked.novu.created(&mail_with("SG.good")).await?;
    let bad = checked.novu.created(&with(mail_with("SG.rejected"), json!({ "check": false }))).await?;
    checked.sandbox.forget_calls().await?;
    let nothing = checked.novu.update(&good, &json!({ "check": true })).await?;
    faulted(&nothing, 400, "No properties found for update");
    assert_eq!(checked.asked().await?, 1);
    let refused = checked.novu.update(&bad, &json!({ "check": true })).await?;
    assert!(fault(&refused, 400).starts_with("Integration check failed for sendgrid: "), "{refused}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_and_nothing_is_stored(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    let id = checked.novu.created(&with(mail_with("SG.good"), json!({ "check": false }))).await?;
    let of_no_sense = checked.novu.create(&mail_with("SG.status500")).await?;
    fault(&of_no_sense, 502);
    let Checked { sandbox, novu, .. } = checked;
    drop(sandbox.stop().await?);
    fault(&novu.create(&mail_with("SG.good")).await?, 502);
    fault(&novu.update(&id, &json!({ "name": "b", "check": true })).await?, 502);
    assert_eq!(novu.listed("name").await?, ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_that_hangs_runs_out_of_time_and_nothing_is_stored(
    #[case] backend: Backend,
) -> Result<()> {
    let hurried = |builder: InstallationBuilder| builder.config("outbound.timeout_ms", "500");
    let checked = Checked::with(backend, hurried).await?;
    fault(&checked.novu.create(&mail_with("SG.hang")).await?, 504);
    assert_eq!(checked.novu.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_host_that_cannot_be_resolved_is_named(#[case] backend: Backend) -> Result<()> {
    let nowhere = |builder: InstallationBuilder| builder.without("providers.infobip_email.base_url");
    let checked = Checked::with(backend, nowhere).await?;
    // No name has a label of more than 63 bytes (RFC 1035), so nobody has to be asked for this one.
    let host = format!("{}.api.infobip.com", "a".repeat(64));
    let body = json!({
        "providerId": "infobip-email", "channel": "email", "check": true,
        "credentials": { "apiKey": "planted", "baseUrl": format!("https://{host}") },
    });
    let message = format!("Provider gateway can't resolve the host with the given hostname {host}");
    faulted(&checked.novu.create(&body).await?, 400, &message);
    assert_eq!(checked.novu.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_check_that_fails_leaves_the_name_of_its_request_free(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    let named =
        |body: &Value| checked.novu.request("POST", "").header("idempotency-key", "k-1").json(body).send();
    fault(&named(&mail_with("SG.status500")).await?, 502);
    let made = named(&mail_with("SG.status500")).await?;
    fault(&made, 502);
    assert_eq!(made.header("idempotency-replay"), "", "a failure of the service's is not kept: {made}");
    assert_eq!(checked.asked().await?, 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_wrong_is_said_before_anybody_is_asked(#[case] backend: Backend) -> Result<()> {
    let checked = Checked::on(backend).await?;
    let wrong = |members: Value| with(mail_with("SG.rejected"), members);
    fault(&checked.novu.create(&wrong(json!({ "name": 7 }))).await?, 422);
    fault(&checked.novu.create(&wrong(json!({ "channel": "sms" }))).await?, 400);
    let missing = wrong(json!({ "active": true, "credentials": {} }));
    let answer = checked.novu.create(&missing).await?;
    assert!(fault(&answer, 400).starts_with("Integration validation failed: "), "{answer}");
    let reader = checked.acme.tenant.key(&["integrations:read"]).await?.text;
    fault(&checked.novu.with_key(&reader).create(&mail_with("SG.good")).await?, 403);
    assert_eq!(checked.asked().await?, 0);
    Ok(())
}
