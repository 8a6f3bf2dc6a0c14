//! Conditional requests: an answer that the client has already, and a change that is meant for
//! one version.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{fault, mail};

async fn get(novu: &Novu, id: &str, known: &str) -> Result<Answer> {
    novu.request("GET", &format!("/{id}")).header("if-none-match", known).send().await
}

async fn rename(novu: &Novu, method: &str, id: &str, meant: &str) -> Result<Answer> {
    let request = novu.request(method, &format!("/{id}")).header("if-match", meant);
    request.json(&json!({ "name": format!("renamed by {method}") })).send().await
}

async fn tag(novu: &Novu, id: &str) -> Result<String> {
    let tag = novu.find(id).await?.expect_status(200).header("etag").to_owned();
    assert!(!tag.is_empty());
    Ok(tag)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_client_has_is_not_sent_again_until_it_changes(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let first = tag(&novu, &id).await?;
    let same = get(&novu, &id, &first).await?.expect_status(304);
    assert_eq!((same.text.as_str(), same.header("etag")), ("", first.as_str()));
    drop(get(&novu, &id, "\"other\"").await?.expect_status(200));
    drop(novu.update(&id, &json!({ "name": "b" })).await?.expect_status(200));
    let changed = get(&novu, &id, &first).await?.expect_status(200);
    assert_ne!(changed.header("etag"), first);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn its_place_in_the_order_is_part_of_what_a_client_has(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let [a, b] = [novu.created(&mail("a")).await?, novu.created(&mail("b")).await?];
    let c = novu.created(&mail("c")).await?;
    let first = tag(&novu, &a).await?;
    drop(novu.set_primary(&b).await?.expect_status(200));
    let moved = get(&novu, &a, &first).await?.expect_status(200);
    assert_eq!((&moved.data()["primary"], &moved.data()["priority"]), (&json!(false), &json!(2)));
    let second = moved.header("etag").to_owned();
    drop(novu.delete(&c).await?.expect_status(200));
    assert_eq!(get(&novu, &a, &second).await?.expect_status(200).data()["priority"], 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn masks_and_secrets_have_tags_of_their_own(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (masked, revealing) = (acme.novu().await?, acme.revealing_novu());
    let id = masked.created(&mail("a")).await?;
    drop(get(&revealing, &id, &tag(&masked, &id).await?).await?.expect_status(200));
    drop(get(&masked, &id, &tag(&revealing, &id).await?).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_that_is_meant_for_another_version_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    for method in ["PUT", "PATCH"] {
        let old = tag(&novu, &id).await?;
        drop(rename(&novu, method, &id, &old).await?.expect_status(200));
        fault(&rename(&novu, method, &id, &old).await?, 412);
        fault(&rename(&novu, method, &id, "\"other\"").await?, 412);
        assert_eq!(novu.listed("name").await?, [format!("renamed by {method}")]);
        drop(rename(&novu, method, &id, "*").await?.expect_status(200));
    }
    fault(&rename(&novu, "PUT", UNKNOWN_ID, "\"other\"").await?, 404);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_has_a_tag_or_none_and_never_an_old_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let [_, b] = [novu.created(&mail("a")).await?, novu.created(&mail("b")).await?];
    let listed = novu.list().await?.expect_status(200);
    let known = listed.header("etag").to_owned();
    drop(novu.set_primary(&b).await?.expect_status(200));
    let known = if known.is_empty() { "\"none\"".to_owned() } else { known };
    let again = novu.request("GET", "").header("if-none-match", known).send().await?;
    assert_eq!(again.expect_status(200).of_each("primary"), [false, true]);
    Ok(())
}
