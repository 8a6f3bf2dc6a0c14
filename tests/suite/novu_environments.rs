//! Environments: which one a key speaks of, and how an integration gets to another.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu, id_of};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{API_KEY, chat, fault, faulted, mail, unused_mail, with};

const BOTH: [&str; 2] = ["integrations:read", "integrations:write"];

/// An organisation with a second environment, a key that reaches both, and one bound to each.
struct Two {
    acme: Acme,
    staging: String,
    unbound: Novu,
    here: Novu,
    there: Novu,
}

impl Two {
    async fn on(backend: Backend) -> Result<Self> {
        let acme = Acme::on(backend).await?;
        let staging = acme.tenant.environment("staging").await?;
        let here = acme.tenant.key_in_environment(&acme.tenant.default_environment, &BOTH).await?.text;
        let there = acme.tenant.key_in_environment(&staging, &BOTH).await?.text;
        let (here, there) = (acme.service.novu(&here), acme.service.novu(&there));
        Ok(Self { unbound: acme.novu().await?, acme, staging, here, there })
    }

    fn default(&self) -> &str {
        &self.acme.tenant.default_environment
    }

    /// `body` for the second environment.
    fn staged(&self, body: Value) -> Value {
        with(body, json!({ "_environmentId": self.staging }))
    }
}

fn expect_no_environment(answer: &Answer, id: &str) {
    faulted(answer, 404, &format!("Environment with id {id} not found"));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_bound_key_makes_and_lists_what_is_in_its_environment(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    assert_eq!(two.here.made(&mail("a")).await?["_environmentId"], two.default());
    assert_eq!(two.there.made(&mail("b")).await?["_environmentId"], two.staging.as_str());
    assert_eq!(two.there.made(&two.staged(unused_mail("c"))).await?["_environmentId"], two.staging.as_str());
    assert_eq!(two.here.listed("name").await?, ["a"]);
    assert_eq!(two.there.listed("name").await?, ["b", "c"]);
    assert_eq!(two.there.active().await?.of_each("name"), ["b"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_bound_key_may_name_no_other(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    fault(&two.here.create(&two.staged(mail("a"))).await?, 403);
    let id = two.here.created(&mail("a")).await?;
    fault(&two.here.update(&id, &two.staged(json!({}))).await?, 403);
    fault(&two.here.patch(&id, &two.staged(json!({ "name": "b" }))).await?, 403);
    assert_eq!(two.here.listed("name").await?, ["a"]);
    assert_eq!(two.there.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unbound_key_acts_in_the_default_environment_and_lists_that(
    #[case] backend: Backend,
) -> Result<()> {
    let two = Two::on(backend).await?;
    assert_eq!(two.unbound.made(&mail("a")).await?["_environmentId"], two.default());
    two.there.created(&mail("b")).await?;
    assert_eq!(two.unbound.listed("name").await?, ["a"]);
    assert_eq!(two.unbound.active().await?.of_each("name"), ["a"]);
    let named = with(mail("c"), json!({ "_environmentId": two.default() }));
    assert_eq!(two.unbound.made(&named).await?["_environmentId"], two.default());
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unbound_key_may_name_another_environment_of_its_organisation(
    #[case] backend: Backend,
) -> Result<()> {
    let two = Two::on(backend).await?;
    let made = two.unbound.made(&two.staged(mail("a"))).await?;
    assert_eq!((&made["_environmentId"], &made["primary"]), (&json!(two.staging), &json!(true)));
    assert_eq!(two.unbound.listed("_id").await?, [Value::Null; 0]);
    assert_eq!(two.there.listed("_id").await?, [made["_id"].clone()]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unbound_key_changes_by_id_in_every_environment(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    let [a, b] = [two.there.created(&mail("a")).await?, two.there.created(&mail("b")).await?];
    assert_eq!(two.unbound.found(&a).await?["name"], "a");
    assert_eq!(
        two.unbound.updated(&a, &json!({ "name": "c" })).await?["_environmentId"],
        two.staging.as_str()
    );
    drop(two.unbound.set_primary(&b).await?.expect_status(200));
    assert_eq!(two.there.order("email").await?, ["b 2*", "c 1"]);
    // What is left in the environment that it was in.
    two.unbound.created(&mail("of the default")).await?;
    let left = two.unbound.delete(&b).await?.expect_status(200);
    assert_eq!(left.of_each("name"), ["c"], "{left}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_environment_that_is_not_there_is_named(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    let other = two.acme.service.organisation("another").await?;
    let id = two.unbound.created(&mail("a")).await?;
    for environment in [UNKNOWN_ID, &other.default_environment, "nope", "65f1a2b3c4d5e6f7a8b9c0d1"] {
        let named = |body: Value| with(body, json!({ "_environmentId": environment }));
        expect_no_environment(&two.unbound.create(&named(mail("b"))).await?, environment);
        expect_no_environment(&two.unbound.update(&id, &named(json!({ "name": "c" }))).await?, environment);
    }
    assert_eq!(two.unbound.listed("name").await?, ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_moves_arrives_without_being_primary(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    let moving = two.unbound.created(&mail("a")).await?;
    let made = two.unbound.found(&moving).await?;
    two.unbound.created(&mail("b")).await?;
    let moved = two.unbound.updated(&moving, &two.staged(json!({}))).await?;
    assert_eq!((&moved["_environmentId"], &moved["primary"]), (&json!(two.staging), &json!(false)));
    for member in ["_id", "name", "identifier", "active", "credentials", "createdAt"] {
        assert_eq!(moved[member], made[member], "{member}");
    }
    assert_eq!(two.here.order("email").await?, ["b 1"]);
    assert_eq!(two.there.order("email").await?, ["a 1"]);
    two.there.created(&mail("c")).await?;
    assert_eq!(two.there.order("email").await?, ["c 2*", "a 1"]);
    // The way back.
    drop(two.unbound.update(&moving, &json!({ "_environmentId": two.default() })).await?.expect_status(200));
    assert_eq!(two.there.order("email").await?, ["c 1*"]);
    assert_eq!(two.here.order("email").await?, ["a 2", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_moves_comes_below_the_primary_one_there(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    for name in ["x", "y"] {
        two.there.created(&mail(name)).await?;
    }
    let moving = two.here.created(&mail("a")).await?;
    let paused = two.here.created(&unused_mail("b")).await?;
    for id in [&moving, &paused] {
        drop(two.unbound.update(id, &two.staged(json!({}))).await?.expect_status(200));
    }
    assert_eq!(two.there.order("email").await?, ["x 3*", "a 2", "y 1", "b 0"]);
    assert_eq!(two.here.order("email").await?, [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_said_to_be_where_it_is_stays_what_it_is(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    let made = two.unbound.made(&mail("a")).await?;
    let id = id_of(&made)?;
    let stayed = two.unbound.updated(&id, &json!({ "_environmentId": two.default(), "name": "b" })).await?;
    assert_eq!((&stayed["primary"], &stayed["priority"]), (&json!(true), &json!(1)));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_has_moved_keeps_its_secrets_and_its_history(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    let id = two.unbound.created(&mail("a")).await?;
    drop(two.unbound.update(&id, &two.staged(json!({}))).await?.expect_status(200));
    let revealed = two.acme.revealing_novu().found(&id).await?;
    assert_eq!(revealed["credentials"]["apiKey"], API_KEY);
    fault(&two.here.find(&id).await?, 404);
    assert_eq!(two.there.found(&id).await?["name"], "a");
    drop(two.acme.service.command(&["secrets", "verify"]).await?.expect_status(0));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_a_key_its_own_environment_is_shown(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    for (novu, id) in [(&two.here, two.default()), (&two.there, &two.staging), (&two.unbound, two.default())]
    {
        let own = novu.at("GET", "/environments/me").send().await?.expect_status(200).data();
        let members: Vec<_> = own.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["_id", "name", "_organizationId", "identifier"]);
        assert_eq!((&own["_id"], &own["_organizationId"]), (&json!(id), &json!(two.acme.tenant.id)));
        assert!(own["identifier"].as_str().is_some_and(|text| !text.is_empty()), "{own}");
    }
    let own = two.there.at("GET", "/environments/me").send().await?.data();
    assert_eq!(own["name"], "staging");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_environments_that_a_key_sees_are_listed(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    for (novu, ids) in [
        (&two.unbound, vec![two.default(), &two.staging]),
        (&two.here, vec![two.default()]),
        (&two.there, vec![&two.staging]),
    ] {
        let listed = novu.at("GET", "/environments").send().await?.expect_status(200);
        assert_eq!(listed.of_each("_id"), ids, "{listed}");
        for one in listed.elements() {
            let members: Vec<_> = one.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, ["_id", "name", "_organizationId", "identifier"]);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_chat_may_move_too(#[case] backend: Backend) -> Result<()> {
    let two = Two::on(backend).await?;
    let id = two.unbound.created(&chat("a")).await?;
    let moved = two.unbound.updated(&id, &two.staged(json!({ "name": "b" }))).await?;
    assert_eq!(
        (&moved["name"], &moved["active"], &moved["priority"]),
        (&json!("b"), &json!(true), &json!(0))
    );
    assert_eq!(two.there.listed("name").await?, ["b"]);
    Ok(())
}
