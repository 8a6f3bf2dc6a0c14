//! An answer of the native API that the client has already.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Patchbay};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, an_integration};

async fn get(patchbay: &Patchbay, id: &str, known: &str) -> Result<Answer> {
    patchbay.request("GET", id).header("if-none-match", known).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_client_has_is_not_sent_again_until_it_changes(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let patchbay = acme.patchbay();
    let id = acme.telex.created(&an_integration("shop")).await?;
    let tag = patchbay.find(&id).await?.expect_status(200).header("etag").to_owned();
    assert_eq!(patchbay.find(&id).await?.header("etag"), tag);
    for known in [tag.clone(), format!("\"other\", {tag}")] {
        let same = get(&patchbay, &id, &known).await?.expect_status(304);
        assert_eq!((same.text.as_str(), same.header("etag")), ("", tag.as_str()), "{known}");
    }
    for unknown in ["\"other\"", "nonsense", "*"] {
        drop(get(&patchbay, &id, unknown).await?.expect_status(200));
    }
    drop(acme.telex.update(&id, &json!({ "is_active": false })).await?.expect_status(200));
    let changed = get(&patchbay, &id, &tag).await?.expect_status(200);
    assert_ne!(changed.header("etag"), tag);
    Ok(())
}

/// The version of an integration stays when its health changes; the tag does not.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_health_is_sent_again(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let patchbay = acme.patchbay();
    let id = acme.telex.created(&an_integration("shop")).await?;
    let tag = patchbay.find(&id).await?.header("etag").to_owned();
    drop(patchbay.verifying(&id).send().await?.expect_status(200));
    let verified = get(&patchbay, &id, &tag).await?.expect_status(200);
    assert_eq!(verified.json()["health"]["class"], "skipped");
    drop(get(&patchbay, &id, verified.header("etag")).await?.expect_status(304));
    Ok(())
}
