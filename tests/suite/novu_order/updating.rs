//! Where an integration stands after it was paused, resumed, restricted or deleted.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::mails;
use crate::given::Acme;
use crate::novu_given::{conditions, unused_mail};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_resumed_comes_just_below_the_primary_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    mails(&novu, &["a", "b"]).await?;
    let id = novu.created(&unused_mail("c")).await?;
    let resumed = novu.updated(&id, &json!({ "active": true })).await?;
    assert_eq!((&resumed["primary"], &resumed["priority"]), (&json!(false), &json!(2)));
    assert_eq!(novu.order("email").await?, ["a 3*", "c 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_resumed_is_never_primary_even_where_none_is(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&unused_mail("a")).await?;
    let resumed = novu.updated(&id, &json!({ "active": true })).await?;
    assert_eq!((&resumed["primary"], &resumed["priority"]), (&json!(false), &json!(1)));
    let other = novu.created(&unused_mail("b")).await?;
    drop(novu.update(&other, &json!({ "active": true })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["b 2", "a 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_active_already_stays_where_it_is(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b", "c"]).await?;
    for id in &ids {
        drop(novu.update(id, &json!({ "active": true, "conditions": [] })).await?.expect_status(200));
    }
    assert_eq!(novu.order("email").await?, ["a 3*", "c 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_paused_loses_its_place_and_nobody_is_promoted(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b", "c", "d"]).await?;
    assert_eq!(novu.order("email").await?, ["a 4*", "d 3", "c 2", "b 1"]);
    let paused = novu.updated(&ids[0], &json!({ "active": false })).await?;
    assert_eq!((&paused["primary"], &paused["priority"]), (&json!(false), &json!(0)));
    assert_eq!(novu.order("email").await?, ["d 3", "c 2", "b 1", "a 0"]);
    drop(novu.update(&ids[2], &json!({ "active": false })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["d 2", "b 1", "a 0", "c 0"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_was_paused_and_resumed_is_primary_no_more(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b"]).await?;
    for active in [false, true] {
        drop(novu.update(&ids[0], &json!({ "active": active })).await?.expect_status(200));
    }
    assert_eq!(novu.order("email").await?, ["a 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn conditions_take_the_primary_ones_place_from_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b", "c"]).await?;
    let restricted = novu.updated(&ids[0], &json!({ "conditions": conditions() })).await?;
    assert_eq!((&restricted["active"], &restricted["primary"]), (&json!(true), &json!(false)));
    assert_eq!(novu.order("email").await?, ["a 3", "c 2", "b 1"]);
    // Without them it does not become primary by itself.
    drop(novu.update(&ids[0], &json!({ "conditions": [] })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["a 3", "c 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_conditions_leave_the_primary_one_what_it_is(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b"]).await?;
    drop(novu.update(&ids[0], &json!({ "conditions": [], "name": "z" })).await?.expect_status(200));
    drop(novu.update(&ids[1], &json!({ "conditions": conditions() })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["z 2*", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn when_one_is_deleted_the_others_move_up_and_nobody_is_promoted(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b", "c", "d"]).await?;
    drop(novu.delete(&ids[2]).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["a 3*", "d 2", "b 1"]);
    let left = novu.delete(&ids[0]).await?.expect_status(200);
    assert_eq!(left.of_each("priority"), [json!(1), json!(2)], "{left}");
    assert_eq!(left.of_each("primary"), [json!(false), json!(false)], "{left}");
    assert_eq!(novu.order("email").await?, ["d 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_anything_else_moves_nobody(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &["a", "b", "c"]).await?;
    for id in &ids {
        let change = json!({ "identifier": format!("of {id}"), "credentials": { "apiKey": "new" } });
        drop(novu.update(id, &change).await?.expect_status(200));
    }
    assert_eq!(novu.order("email").await?, ["a 3*", "c 2", "b 1"]);
    Ok(())
}
