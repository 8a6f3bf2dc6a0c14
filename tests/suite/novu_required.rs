//! What an integration needs to be active, provider by provider.

use anyhow::Result;
use patchbay_tests::{Backend, NovuMember, NovuProvider, novu_providers};
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::given::Acme;
use crate::novu_given::{MASK, fault, faulted, mail, unused_mail, with};

/// Those that may be created; Novu's own mail and text messages may not.
fn creatable() -> Vec<NovuProvider> {
    let is_own = |one: &NovuProvider| one.id == "novu-email" || one.id == "novu-sms";
    novu_providers().into_iter().filter(|one| !is_own(one)).collect()
}

/// What a member may hold.
fn sound(member: &NovuMember) -> Value {
    match member.takes {
        "bool" => json!(true),
        "int" => json!(25),
        "json" => json!({ "rejectUnauthorized": false }),
        "" if member.name.to_lowercase().ends_with("url") => json!("https://hooks.example.com/a"),
        "" if member.name == "host" => json!("smtp.example.com"),
        "" if member.name == "from" => json!("a@example.com"),
        "" => json!(format!("some-{}-0123456789", member.name)),
        values => json!(values.split('|').next()),
    }
}

fn sounds<'a>(members: impl Iterator<Item = &'a NovuMember>) -> Map<String, Value> {
    members.map(|member| (member.name.to_owned(), sound(member))).collect()
}

fn active(provider: &NovuProvider, credentials: &Map<String, Value>) -> Value {
    json!({ "providerId": provider.id, "channel": provider.channel, "active": true, "credentials": credentials })
}

/// The members of the credentials that a refusal names.
fn named(message: &str) -> Vec<&str> {
    let after = message.split("credentials.").skip(1);
    after.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next()).collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn to_be_active_each_provider_misses_just_what_it_requires(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for provider in creatable() {
        let answer = novu.create(&active(&provider, &Map::new())).await?;
        if provider.required.is_empty() {
            drop(answer.expect_status(201));
            continue;
        }
        let message = fault(&answer, 400);
        assert!(message.starts_with("Integration validation failed: credentials."), "{message}");
        assert!(message.ends_with(&format!(" by {}", provider.id)), "{message}");
        let mut missed = named(&message);
        let mut required: Vec<_> = provider.required.iter().map(|member| member.name).collect();
        missed.sort_unstable();
        required.sort_unstable();
        assert_eq!(missed, required, "{message}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn with_what_it_requires_each_provider_is_active(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for provider in creatable() {
        let credentials = sounds(provider.required.iter());
        let made = novu.made(&active(&provider, &credentials)).await?;
        assert_eq!((&made["active"], &made["name"]), (&json!(true), &json!(provider.name)), "{made}");
        for member in &provider.required {
            // All of them but this one, by a change and by a new one.
            let mut less = credentials.clone();
            less.remove(member.name);
            let message = format!(
                "Integration validation failed: credentials.{} is required by {}",
                member.name, provider.id
            );
            faulted(&novu.create(&active(&provider, &less)).await?, 400, &message);
            less.insert(member.name.to_owned(), json!(""));
            faulted(&novu.create(&active(&provider, &less)).await?, 400, &message);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_each_provider_just_the_marked_members_are_masked(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for provider in creatable() {
        let credentials = sounds(provider.members());
        let made = novu.made(&active(&provider, &credentials)).await?;
        for member in provider.members() {
            let (shown, sent) = (&made["credentials"][member.name], &credentials[member.name]);
            let expected = match member.takes {
                _ if member.is_secret => json!(MASK),
                "int" => json!(sent.to_string()),
                _ => sent.clone(),
            };
            assert_eq!(*shown, expected, "{} {}", provider.id, member.name);
        }
        assert_eq!(made["credentials"].as_object().map(Map::len), Some(credentials.len()), "{made}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn inactive_nothing_is_required(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for provider in creatable() {
        let mut body = active(&provider, &Map::new());
        body["active"] = json!(false);
        drop(novu.create(&body).await?.expect_status(201));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn all_that_is_missing_is_said_between_commas(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let answer = acme.novu().await?.create(&with(mail("a"), json!({ "providerId": "mailgun" }))).await?;
    let message = fault(&answer, 400);
    assert_eq!(named(&message), ["user", "domain"], "{message}");
    assert_eq!(message.matches(',').count(), 1, "{message}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_of_nothing_is_not_there(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let message = "Integration validation failed: credentials.apiKey is required by sendgrid";
    let masked = json!({ "credentials": { "apiKey": MASK } });
    let id = novu.created(&with(unused_mail("a"), json!({ "credentials": {} }))).await?;
    faulted(&novu.update(&id, &with(masked.clone(), json!({ "active": true }))).await?, 400, message);
    faulted(&novu.create(&with(mail("b"), masked)).await?, 400, message);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_required_to_send_never_blocks(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&with(mail("a"), json!({ "credentials": { "apiKey": "x" } }))).await?;
    assert_eq!(made["active"], true);
    let id = made["_id"].as_str().unwrap();
    for credentials in [json!({ "apiKey": "x", "from": "" }), json!({ "apiKey": "x", "senderName": "A" })] {
        drop(novu.update(id, &json!({ "credentials": credentials })).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_is_checked_when_the_result_is_active(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let message = "Integration validation failed: credentials.apiKey is required by sendgrid";
    let id = novu.created(&with(unused_mail("a"), json!({ "credentials": {} }))).await?;
    faulted(&novu.update(&id, &json!({ "active": true })).await?, 400, message);
    // Not active: anything goes.
    drop(novu.update(&id, &json!({ "credentials": { "from": "b" } })).await?.expect_status(200));
    let both = json!({ "active": true, "credentials": { "apiKey": "x" } });
    drop(novu.update(&id, &both).await?.expect_status(200));
    faulted(&novu.update(&id, &json!({ "credentials": { "from": "b" } })).await?, 400, message);
    let off = json!({ "active": false, "credentials": { "from": "b" } });
    drop(novu.update(&id, &off).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_something_else_is_not_checked(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&with(unused_mail("a"), json!({ "credentials": {} }))).await?;
    // This makes it active without a check.
    drop(novu.set_primary(&id).await?.expect_status(200));
    drop(novu.update(&id, &json!({ "name": "b", "identifier": "b" })).await?.expect_status(200));
    drop(novu.update(&id, &json!({ "conditions": [] })).await?.expect_status(200));
    let message = "Integration validation failed: credentials.apiKey is required by sendgrid";
    faulted(&novu.update(&id, &json!({ "active": true })).await?, 400, message);
    faulted(&novu.update(&id, &json!({ "credentials": {} })).await?, 400, message);
    assert_eq!(novu.found(&id).await?["active"], true);
    Ok(())
}
