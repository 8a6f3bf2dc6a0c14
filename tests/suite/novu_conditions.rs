//! Conditions: stored and shown, filled up with what is not said, and refused where their shape
//! is wrong.

use anyhow::Result;
use patchbay_tests::{Backend, Novu};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;
use crate::novu_given::{refused_members, unused_mail, with};

fn with_conditions(conditions: &Value) -> Value {
    with(unused_mail("a"), json!({ "conditions": conditions }))
}

/// One group of these children, with everything said.
fn group(children: &Value) -> Value {
    json!([{ "isNegated": false, "type": "GROUP", "value": "AND", "children": children }])
}

/// A child that asks for a field.
fn field(on: &str, members: Value) -> Value {
    with(json!({ "field": "plan", "value": "pro", "operator": "EQUAL", "on": on }), members)
}

/// What is shown of conditions once they were sent.
async fn shown(novu: &Novu, conditions: &Value) -> Result<Value> {
    let made = novu.made(&with_conditions(conditions)).await?;
    let id = made["_id"].as_str().unwrap();
    assert_eq!(novu.found(id).await?["conditions"], made["conditions"]);
    Ok(made["conditions"].clone())
}

/// Asserts that conditions are refused for just these members, when they are new and when they are
/// changed.
async fn expect_refused(novu: &Novu, id: &str, conditions: &Value, paths: &[&str]) -> Result<()> {
    refused_members(&novu.create(&with_conditions(conditions)).await?, paths);
    refused_members(&novu.update(id, &json!({ "conditions": conditions })).await?, paths);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_group_does_not_say_has_its_default(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let child = field("subscriber", json!({}));
    assert_eq!(shown(&novu, &json!([{ "children": [child] }])).await?, group(&json!([child])));
    assert_eq!(shown(&novu, &json!([{ "children": [] }])).await?, group(&json!([])));
    let nulls = json!([{ "isNegated": null, "type": null, "value": null, "children": [child] }]);
    assert_eq!(shown(&novu, &nulls).await?, group(&json!([child])));
    let said = json!([{ "isNegated": true, "type": "GROUP", "value": "OR", "children": [child] }]);
    assert_eq!(shown(&novu, &said).await?, said);
    assert_eq!(shown(&novu, &json!([])).await?, json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_kind_of_child_is_kept(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for child in [
        field("subscriber", json!({})),
        field("payload", json!({})),
        field("tenant", json!({ "value": "identifier" })),
        field("webhook", json!({ "webhookUrl": "https://hooks.example.com/a" })),
        json!({ "on": "isOnline", "value": true }),
        json!({ "on": "isOnline", "value": false }),
        json!({ "on": "isOnlineInLast", "timeOperator": "minutes", "value": 5 }),
        json!({ "on": "isOnlineInLast", "timeOperator": "hours", "value": 1 }),
        json!({ "on": "isOnlineInLast", "timeOperator": "days", "value": 30 }),
        json!({ "on": "previousStep", "step": "s", "stepType": "read" }),
    ] {
        let sent = group(&json!([child]));
        assert_eq!(shown(&novu, &sent).await?, sent);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_operator_is_taken(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let operators = [
        "LARGER",
        "SMALLER",
        "LARGER_EQUAL",
        "SMALLER_EQUAL",
        "EQUAL",
        "NOT_EQUAL",
        "ALL_IN",
        "ANY_IN",
        "NOT_IN",
        "BETWEEN",
        "NOT_BETWEEN",
        "LIKE",
        "NOT_LIKE",
        "IN",
        "IS_DEFINED",
    ];
    let children = operators.map(|operator| field("payload", json!({ "operator": operator })));
    let sent = group(&json!(children));
    assert_eq!(shown(&novu, &sent).await?, sent);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn numbers_and_switches_of_a_field_become_texts(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (value, text) in [
        (json!(5), "5"),
        (json!(5.5), "5.5"),
        (json!(-1), "-1"),
        (json!(true), "true"),
        (json!(false), "false"),
    ] {
        for on in ["subscriber", "payload"] {
            let child = |value: Value| field(on, json!({ "value": value }));
            let shown = shown(&novu, &group(&json!([child(value.clone())]))).await?;
            assert_eq!(shown, group(&json!([child(json!(text))])));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_group_of_the_wrong_shape_is_refused_by_its_path(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&unused_mail("a")).await?;
    for (wrong, path) in [
        (json!({}), "conditions.0.children"),
        (json!({ "children": null }), "conditions.0.children"),
        (json!({ "children": {} }), "conditions.0.children"),
        (json!({ "children": "[]" }), "conditions.0.children"),
        (json!({ "children": [], "value": "XOR" }), "conditions.0.value"),
        (json!({ "children": [], "value": "and" }), "conditions.0.value"),
        (json!({ "children": [], "value": true }), "conditions.0.value"),
        (json!({ "children": [], "isNegated": "false" }), "conditions.0.isNegated"),
        (json!({ "children": [], "isNegated": 0 }), "conditions.0.isNegated"),
        (json!({ "children": [], "type": 7 }), "conditions.0.type"),
        (json!({ "children": [], "type": "NOBODY" }), "conditions.0.type"),
        (json!(7), "conditions.0"),
        (json!("a"), "conditions.0"),
        (json!([]), "conditions.0"),
        (json!(null), "conditions.0"),
    ] {
        expect_refused(&novu, &id, &json!([wrong]), &[path]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_child_of_the_wrong_shape_is_refused_by_its_path(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&unused_mail("a")).await?;
    let without = |name: &str| {
        let mut child = field("subscriber", json!({}));
        child.as_object_mut().unwrap().remove(name);
        child
    };
    for (wrong, below) in [
        (without("on"), ".on"),
        (field("nobody", json!({})), ".on"),
        (field("Subscriber", json!({})), ".on"),
        (field("subscriber", json!({ "on": 7 })), ".on"),
        (without("field"), ".field"),
        (without("value"), ".value"),
        (without("operator"), ".operator"),
        (field("payload", json!({ "field": 7 })), ".field"),
        (field("payload", json!({ "value": ["a"] })), ".value"),
        (field("payload", json!({ "value": {} })), ".value"),
        (field("payload", json!({ "operator": "EQUALS" })), ".operator"),
        (field("payload", json!({ "operator": "equal" })), ".operator"),
        (field("payload", json!({ "operator": 7 })), ".operator"),
        (field("webhook", json!({})), ".webhookUrl"),
        (field("webhook", json!({ "webhookUrl": 7 })), ".webhookUrl"),
        (json!({ "on": "isOnline" }), ".value"),
        (json!({ "on": "isOnline", "value": "true" }), ".value"),
        (json!({ "on": "isOnline", "value": 1 }), ".value"),
        (json!({ "on": "isOnlineInLast", "value": 5 }), ".timeOperator"),
        (json!({ "on": "isOnlineInLast", "value": 5, "timeOperator": "weeks" }), ".timeOperator"),
        (json!({ "on": "isOnlineInLast", "timeOperator": "days" }), ".value"),
        (json!({ "on": "isOnlineInLast", "timeOperator": "days", "value": "5" }), ".value"),
        (json!({ "on": "previousStep", "step": "s" }), ".stepType"),
        (json!({ "on": "previousStep", "stepType": "read" }), ".step"),
        (json!({ "on": "previousStep", "step": 7, "stepType": "read" }), ".step"),
        (json!(7), ""),
        (json!(null), ""),
        (json!([]), ""),
    ] {
        let conditions = group(&json!([field("tenant", json!({})), wrong]));
        let path = format!("conditions.0.children.1{below}");
        expect_refused(&novu, &id, &conditions, &[&path]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn all_faults_of_all_groups_are_said_at_once(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&unused_mail("a")).await?;
    let conditions = json!([
        { "children": [field("subscriber", json!({ "operator": "X", "field": 7 })), { "on": "isOnline" }] },
        { "children": 7, "value": 7 },
        7,
    ]);
    let paths = [
        "conditions.0.children.0.field",
        "conditions.0.children.0.operator",
        "conditions.0.children.1.value",
        "conditions.1.children",
        "conditions.1.value",
        "conditions.2",
    ];
    expect_refused(&novu, &id, &conditions, &paths).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn there_are_a_hundred_entries_at_the_most(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let many = |number: usize| vec![field("payload", json!({})); number];
    let groups = |number: usize| json!(vec![json!({ "children": [] }); number]);
    drop(novu.create(&with_conditions(&groups(100))).await?.expect_status(201));
    drop(novu.create(&with_conditions(&group(&json!(many(99))))).await?.expect_status(201));
    for too_many in [groups(101), group(&json!(many(101)))] {
        drop(novu.create(&with_conditions(&too_many)).await?.expect_status(422));
        let id = novu.created(&unused_mail("b")).await?;
        drop(novu.update(&id, &json!({ "conditions": too_many })).await?.expect_status(422));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_replaces_them_and_one_of_something_else_leaves_them(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let first = group(&json!([field("subscriber", json!({}))]));
    let id = novu.created(&with_conditions(&first)).await?;
    assert_eq!(novu.updated(&id, &json!({ "name": "b", "conditions": null })).await?["conditions"], first);
    let second = group(&json!([field("payload", json!({}))]));
    for change in [&second, &json!([])] {
        assert_eq!(novu.updated(&id, &json!({ "conditions": change })).await?["conditions"], *change);
        assert_eq!(novu.found(&id).await?["conditions"], *change);
    }
    let patched = novu.patch(&id, &json!({ "conditions": second })).await?.expect_status(200);
    assert_eq!(patched.data()["conditions"], second);
    Ok(())
}
