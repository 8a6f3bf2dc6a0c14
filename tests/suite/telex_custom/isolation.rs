//! Who may do what, and what belongs to another organisation.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex};
use rstest::rstest;
use serde_json::json;

use super::{Hosted, an_app};
use crate::given::{UNKNOWN_ID, refused};

/// T14 to T19, in that order.
async fn every_operation(telex: &Telex, id: &str, url: &str) -> Result<Vec<Answer>> {
    Ok(vec![
        telex.install(url).await?,
        telex.list_custom().await?,
        telex.replace_manifest(id, url).await?,
        telex.delete_custom(id).await?,
        telex.put_entry(id, "colour", &json!("red")).await?,
        telex.entries(id, "").await?,
    ])
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_organisation_answers_like_one_that_never_was(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let url = host.shows("/app.json", &an_app("App"));
    let id = acme.telex.installed(&url).await?;
    let asked = host.asked().len();
    let globex = acme.service.organisation("globex").await?;
    let stranger = acme.telex.with_key(&globex.full_key().await?);
    let words = ["Organisation not found", "Integration not found"];
    let expected = [words[0], words[0], words[1], words[1], words[1], words[0]];
    for telex in [stranger.clone(), stranger.about(UNKNOWN_ID)] {
        for (answer, message) in every_operation(&telex, &id, &url).await?.into_iter().zip(expected) {
            refused(answer, 404, message);
        }
    }
    let own = acme.service.telex("", &globex, &globex.full_key().await?);
    for answer in every_operation(&own, &id, &host.url("/missing")).await?.split_off(2) {
        refused(answer, 404, "Integration not found");
    }
    // One question is asked for another organisation: that of its own T14.
    assert_eq!(host.asked().len(), asked + 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_needs_the_permission_before_anything_is_asked(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let url = host.shows("/app.json", &an_app("App"));
    let id = acme.telex.installed(&url).await?;
    let (other, asked) = (host.shows("/other.json", &an_app("Other")), host.asked().len());
    let reader = acme.may(&["integrations:read", "settings:read"]).await?;
    let statuses: Vec<_> =
        every_operation(&reader, &id, &other).await?.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [403, 200, 403, 403, 403, 200]);
    assert_eq!(host.asked().len(), asked);
    let writer = acme.may(&["integrations:write", "settings:write"]).await?;
    let statuses: Vec<_> =
        every_operation(&writer, &id, &other).await?.iter().map(|answer| answer.status).collect();
    // T14 takes the address that T16 then wants.
    assert_eq!(statuses, [201, 403, 409, 200, 404, 403]);
    Ok(())
}
