//! How long texts may be, to the character.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::minimal;
use crate::given::Acme;
use crate::novu_given::{refused_members, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_and_identifiers_have_at_most_255_characters(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let mut ids = Vec::new();
    for character in ["a", "ä", "🦀"] {
        for member in ["name", "identifier"] {
            let (fits, too_long) = (character.repeat(255), character.repeat(256));
            let made = novu.made(&with(minimal(), json!({ member: fits }))).await?;
            assert_eq!(made[member], fits);
            refused_members(&novu.create(&with(minimal(), json!({ member: too_long }))).await?, &[member]);
            let id = made["_id"].as_str().unwrap().to_owned();
            refused_members(&novu.update(&id, &json!({ member: too_long })).await?, &[member]);
            drop(novu.update(&id, &json!({ member: fits })).await?.expect_status(200));
            ids.push(id);
        }
    }
    assert_eq!(novu.listed("_id").await?, ids);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_default_identifier_is_not_longer_than_one_may_be(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&with(minimal(), json!({ "name": "a".repeat(255) }))).await?;
    let identifier = made["identifier"].as_str().unwrap();
    assert!(identifier.len() <= 255 && identifier.starts_with("aaaa"), "{made}");
    // It may be sent back.
    let id = made["_id"].as_str().unwrap();
    drop(novu.update(id, &json!({ "identifier": identifier })).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_has_at_most_64_characters(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for character in ["a", "ä"] {
        let provider = |number| json!({ "providerId": character.repeat(number), "channel": "email" });
        assert_eq!(novu.made(&provider(64)).await?["providerId"], character.repeat(64));
        refused_members(&novu.create(&provider(65)).await?, &["providerId"]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_text_holds_the_character_nul(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&minimal()).await?;
    refused_members(&novu.create(&with(minimal(), json!({ "providerId": "a\0" }))).await?, &["providerId"]);
    for (body, path) in [
        (json!({ "name": "a\0b" }), "name"),
        (json!({ "identifier": "\0" }), "identifier"),
        (json!({ "credentials": { "from": "\0" } }), "credentials.from"),
        (json!({ "credentials": { "apiKey": "a\0" } }), "credentials.apiKey"),
    ] {
        refused_members(&novu.create(&with(minimal(), body.clone())).await?, &[path]);
        refused_members(&novu.update(&id, &body).await?, &[path]);
    }
    let deep = json!({ "credentials": { "tlsOptions": { "ca": ["\0"] } } });
    let child = json!({ "field": "a", "value": "\0", "operator": "EQUAL", "on": "subscriber" });
    for body in [deep, json!({ "conditions": [{ "children": [child] }] })] {
        drop(novu.create(&with(minimal(), body.clone())).await?.expect_status(422));
        drop(novu.update(&id, &body).await?.expect_status(422));
    }
    assert_eq!(novu.listed("name").await?, ["SendGrid"]);
    Ok(())
}
