//! Where a new integration stands.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::mails;
use crate::given::Acme;
use crate::novu_given::{chat, conditions, inbox, mail, push, text_messages, unused_mail, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_first_active_one_of_a_channel_is_primary(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for body in [mail("a"), text_messages("b")] {
        let made = novu.made(&body).await?;
        assert_eq!((&made["primary"], &made["priority"]), (&json!(true), &json!(1)));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn those_after_it_come_just_below_the_primary_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    mails(&novu, &["a", "b"]).await?;
    assert_eq!(novu.order("email").await?, ["a 2*", "b 1"]);
    let made = novu.made(&mail("c")).await?;
    assert_eq!((&made["primary"], &made["priority"]), (&json!(false), &json!(2)));
    assert_eq!(novu.order("email").await?, ["a 3*", "c 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_not_active_stands_nowhere(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&unused_mail("a")).await?;
    assert_eq!((&made["primary"], &made["priority"]), (&json!(false), &json!(0)));
    mails(&novu, &["b"]).await?;
    novu.created(&unused_mail("c")).await?;
    assert_eq!(novu.order("email").await?, ["b 1*", "a 0", "c 0"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_new_one_is_primary_where_the_first_is_not(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b"]).await?;
    drop(novu.delete(&ids[0]).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["b 1"]);
    let made = novu.made(&mail("c")).await?;
    assert_eq!((&made["primary"], &made["priority"]), (&json!(true), &json!(2)));
    assert_eq!(novu.order("email").await?, ["c 2*", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_with_conditions_is_never_primary(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&with(mail("a"), json!({ "conditions": conditions() }))).await?;
    assert_eq!(
        (&made["active"], &made["primary"], &made["priority"]),
        (&json!(true), &json!(false), &json!(1))
    );
    novu.created(&mail("b")).await?;
    assert_eq!(novu.order("email").await?, ["b 2*", "a 1"]);
    novu.created(&with(mail("c"), json!({ "conditions": conditions() }))).await?;
    assert_eq!(novu.order("email").await?, ["b 3*", "c 2", "a 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn other_channels_have_no_primary_and_no_order(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for body in [chat("a"), chat("b"), push("c"), push("d"), inbox()] {
        let made = novu.made(&body).await?;
        assert_eq!(
            (&made["active"], &made["primary"], &made["priority"]),
            (&json!(true), &json!(false), &json!(0))
        );
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_channel_of_each_environment_has_its_own_order(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let staging = acme.tenant.environment("staging").await?;
    let there =
        acme.tenant.key_in_environment(&staging, &["integrations:read", "integrations:write"]).await?;
    let there = acme.service.novu(&there.text);
    let stranger = acme.service.novu(&acme.service.organisation("another").await?.full_key().await?);
    for novu in [&novu, &there, &stranger] {
        mails(novu, &["a", "b"]).await?;
        for name in ["c", "d"] {
            novu.created(&text_messages(name)).await?;
        }
    }
    let sent = novu.listed("_id").await?;
    drop(novu.set_primary(sent[1].as_str().unwrap()).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["b 2*", "a 1"]);
    assert_eq!(novu.order("sms").await?, ["c 2*", "d 1"]);
    for novu in [&there, &stranger] {
        assert_eq!(novu.order("email").await?, ["a 2*", "b 1"]);
        assert_eq!(novu.order("sms").await?, ["c 2*", "d 1"]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_order_survives_a_restart(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let ids = mails(&acme.novu().await?, &["a", "b", "c"]).await?;
    drop(acme.novu().await?.set_primary(&ids[1]).await?.expect_status(200));
    let before = acme.novu().await?.order("email").await?;
    acme.service.restart().await?;
    let novu = acme.novu().await?;
    assert_eq!(novu.order("email").await?, before);
    novu.created(&mail("d")).await?;
    assert_eq!(novu.order("email").await?, ["b 4*", "d 3", "a 2", "c 1"]);
    Ok(())
}
