//! Changes of one order at the same time: each is there as a whole, one after the other.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu};
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;

use super::mails;
use crate::given::Acme;
use crate::novu_given::mail;

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

async fn answers(racing: JoinSet<Result<Answer>>) -> Result<Vec<Answer>> {
    racing.join_all().await.into_iter().collect()
}

/// How many primary ones there are; what else has to be true of an order is asserted.
async fn primary_ones(novu: &Novu) -> Result<usize> {
    Ok(novu.order("email").await?.iter().filter(|one| one.ends_with('*')).count())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_32_that_are_made_primary_at_once_one_is_and_all_succeed(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &NAMES).await?;
    let mut racing = JoinSet::new();
    for id in ids.iter().cycle().take(32) {
        racing.spawn(novu.request("POST", &format!("/{id}/set-primary")).send());
    }
    for answer in answers(racing).await? {
        assert_eq!(answer.expect_status(200).data()["active"], true);
    }
    assert_eq!(primary_ones(&novu).await?, 1);
    let rows = "SELECT CAST(count(*) AS TEXT) AS text FROM integrations";
    assert_eq!(acme.service.database().texts(rows)?, ["8"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_deleted_while_it_is_made_primary_is_gone_and_not_primary(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for _ in 0..8 {
        let ids = mails(&novu, &NAMES[..4]).await?;
        let mut racing = JoinSet::new();
        for id in &ids[1..] {
            racing.spawn(novu.request("POST", &format!("/{id}/set-primary")).send());
            racing.spawn(novu.request("DELETE", &format!("/{id}")).send());
            racing.spawn(novu.request("POST", &format!("/{id}/set-primary")).send());
        }
        for answer in answers(racing).await? {
            assert!(answer.status == 200 || answer.status == 404, "{answer}");
        }
        assert!(primary_ones(&novu).await? <= 1);
        assert_eq!(novu.listed("_id").await?, [json!(ids[0])]);
        drop(novu.set_primary(&ids[0]).await?.expect_status(200));
        assert_eq!(novu.order("email").await?, ["a 1*"]);
        drop(novu.delete(&ids[0]).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_paused_while_it_is_made_primary_is_one_or_the_other(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &NAMES).await?;
    let mut racing = JoinSet::new();
    for id in ids.iter().chain(&ids) {
        racing.spawn(novu.request("POST", &format!("/{id}/set-primary")).send());
        racing.spawn(novu.request("PUT", &format!("/{id}")).json(&json!({ "active": false })).send());
    }
    for answer in answers(racing).await? {
        drop(answer.expect_status(200));
    }
    assert!(primary_ones(&novu).await? <= 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_that_are_created_at_once_one_is_primary(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let mut racing = JoinSet::new();
    for number in 0..32 {
        racing.spawn(novu.request("POST", "").json(&mail(&number.to_string())).send());
    }
    for answer in answers(racing).await? {
        drop(answer.expect_status(201));
    }
    assert_eq!((primary_ones(&novu).await?, novu.order("email").await?.len()), (1, 32));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn changes_of_all_kinds_at_once_leave_an_order(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &NAMES).await?;
    let conditions = json!({ "conditions": crate::novu_given::conditions() });
    let mut racing = JoinSet::new();
    for (number, id) in ids.iter().enumerate() {
        let one = format!("/{id}");
        racing.spawn(novu.request("POST", "").json(&mail(&format!("new {number}"))).send());
        racing.spawn(novu.request("POST", &format!("{one}/set-primary")).send());
        racing.spawn(novu.request("PUT", &one).json(&json!({ "active": number % 2 == 0 })).send());
        racing.spawn(novu.request("PUT", &one).json(&conditions).send());
        if number % 3 == 0 {
            racing.spawn(novu.request("DELETE", &one).send());
        }
    }
    for answer in answers(racing).await? {
        assert!([200, 201, 404].contains(&answer.status), "{answer}");
    }
    assert!(primary_ones(&novu).await? <= 1);
    assert_eq!(novu.listed("_id").await?.len(), 8 - 3 + 8);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn those_that_move_at_once_stand_in_one_order_alone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let staging = acme.tenant.environment("staging").await?;
    let bound = acme.tenant.key_in_environment(&staging, &["integrations:read"]).await?.text;
    let there = novu.with_key(&bound);
    let ids = mails(&novu, &NAMES).await?;
    let mut racing = JoinSet::new();
    for id in &ids {
        let one = format!("/{id}");
        for environment in [&staging, &acme.tenant.default_environment] {
            let moved = json!({ "_environmentId": environment });
            racing.spawn(novu.request("PUT", &one).json(&moved).send());
            racing.spawn(novu.request("POST", &format!("{one}/set-primary")).send());
        }
    }
    for answer in answers(racing).await? {
        drop(answer.expect_status(200));
    }
    for environment in [&novu, &there] {
        assert!(primary_ones(environment).await? <= 1);
    }
    assert_eq!(novu.order("email").await?.len() + there.order("email").await?.len(), NAMES.len());
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_others_delete_while_it_is_made_primary_is_gone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    for _ in 0..4 {
        let ids = mails(&novu, &NAMES[..4]).await?;
        let mut racing = JoinSet::new();
        for id in &ids[1..] {
            let set = || novu.request("POST", &format!("/{id}/set-primary")).send();
            racing.spawn(set());
            racing.spawn(aloochat.request("DELETE", &format!("/{id}")).send());
            racing.spawn(set());
            racing.spawn(acme.telex.request("DELETE", &format!("/{id}")).send());
        }
        for answer in answers(racing).await? {
            assert!(answer.status == 200 || answer.status == 404, "{answer}");
        }
        drop(novu.set_primary(&ids[0]).await?.expect_status(200));
        assert_eq!(novu.order("email").await?, ["a 1*"]);
        drop(novu.delete(&ids[0]).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_kill_among_changes_leaves_an_order(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let ids = mails(&novu, &NAMES).await?;
    for _ in 0..3 {
        let novu = acme.novu().await?;
        let mut racing = JoinSet::new();
        for id in ids.iter().cycle().take(32) {
            racing.spawn(novu.request("POST", &format!("/{id}/set-primary")).send());
            racing.spawn(novu.request("PUT", &format!("/{id}")).json(&json!({ "active": false })).send());
        }
        // The first that is answered is in the middle of them.
        drop(racing.join_next().await);
        acme.service.server_mut().kill9().await?;
        drop(racing.join_all().await);
        acme.service.restart().await?;
        let novu = acme.novu().await?;
        assert!(primary_ones(&novu).await? <= 1);
        drop(novu.set_primary(&ids[0]).await?.expect_status(200));
        assert_eq!(primary_ones(&novu).await?, 1);
    }
    Ok(())
}
