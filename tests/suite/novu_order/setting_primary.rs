//! N5: an integration is made the primary one.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::mails;
use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{chat, conditions, faulted, inbox, mail, push, text_messages, unused_mail, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_old_primary_one_gives_way_and_the_others_keep_their_order(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b", "c"]).await?;
    let set = novu.set_primary(&ids[1]).await?.expect_status(200).data();
    assert_eq!((&set["_id"], &set["primary"], &set["priority"]), (&json!(ids[1]), &json!(true), &json!(3)));
    assert_eq!(novu.order("email").await?, ["b 3*", "a 2", "c 1"]);
    drop(novu.set_primary(&ids[2]).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["c 3*", "b 2", "a 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_not_active_becomes_so(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    mails(&novu, &["a"]).await?;
    let id = novu.created(&unused_mail("b")).await?;
    let set = novu.set_primary(&id).await?.expect_status(200).data();
    assert_eq!((&set["active"], &set["primary"]), (&json!(true), &json!(true)));
    assert_eq!(novu.order("email").await?, ["b 2*", "a 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_has_conditions_has_none_afterwards(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&with(mail("a"), json!({ "conditions": conditions() }))).await?;
    let set = novu.set_primary(&id).await?.expect_status(200).data();
    assert_eq!((&set["conditions"], &set["primary"]), (&json!([]), &json!(true)));
    assert_eq!(novu.found(&id).await?["conditions"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_primary_already_is_left_as_it_is(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b"]).await?;
    let before = novu.found(&ids[0]).await?;
    assert_eq!(novu.set_primary(&ids[0]).await?.expect_status(200).data(), before);
    assert_eq!(novu.found(&ids[0]).await?, before);
    assert_eq!(novu.order("email").await?, ["a 2*", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_required_to_be_active_is_not_asked_for(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&json!({ "providerId": "mailgun", "channel": "email" })).await?;
    let set = novu.set_primary(&id).await?.expect_status(200).data();
    assert_eq!(
        (&set["active"], &set["primary"], &set["credentials"]),
        (&json!(true), &json!(true), &json!({}))
    );
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn that_it_was_made_primary_is_recorded_once(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b"]).await?;
    let rows = "SELECT entity_id AS text FROM events WHERE event_type = 'integration.updated'";
    assert_eq!(acme.service.database().texts(rows)?, [""; 0]);
    drop(novu.set_primary(&ids[1]).await?.expect_status(200));
    let recorded = acme.service.database().texts(rows)?;
    assert!(recorded.contains(&ids[1]), "{recorded:?}");
    drop(novu.set_primary(&ids[1]).await?.expect_status(200));
    assert_eq!(acme.service.database().texts(rows)?, recorded, "nothing has changed");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn only_mail_and_text_messages_have_a_primary_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (body, channel) in [(chat("a"), "chat"), (push("b"), "push"), (inbox(), "in_app")] {
        let id = novu.created(&body).await?;
        let message = format!("Channel {channel} does not support primary");
        faulted(&novu.set_primary(&id).await?, 400, &message);
        assert_eq!(novu.found(&id).await?["primary"], false);
    }
    let id = novu.created(&text_messages("c")).await?;
    drop(novu.set_primary(&id).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_id_that_is_none_and_one_that_nothing_has_are_told_apart(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for id in ["nope", "65f1a2b3c4d5e6f7a8b9c0d1", "7", "%20", &UNKNOWN_ID[1..]] {
        faulted(&novu.set_primary(id).await?, 400, "integrationId must be a valid id");
    }
    let message = format!("Integration with id {UNKNOWN_ID} not found");
    faulted(&novu.set_primary(UNKNOWN_ID).await?, 404, &message);
    let gone = novu.created(&mail("a")).await?;
    drop(novu.delete(&gone).await?.expect_status(200));
    faulted(&novu.set_primary(&gone).await?, 404, &format!("Integration with id {gone} not found"));
    Ok(())
}
