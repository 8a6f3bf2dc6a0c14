use super::*;

fn groups(value: &Value) -> Result<String, Vec<String>> {
    let Value::Array(groups) = value else { panic!("{value}") };
    match read(groups) {
        Ok(conditions) => Ok(Value::from(conditions.groups().to_vec()).to_string()),
        Err(faults) => Err(faults.iter().map(ToString::to_string).collect()),
    }
}

/// What is kept of a question.
fn child(value: &Value) -> Result<String, Vec<String>> {
    let read = groups(&json!([{"children": [value]}]))?;
    let groups: Value = serde_json::from_str(&read).unwrap();
    Ok(groups[0]["children"][0].to_string())
}

fn faults_of_child(value: &Value) -> Vec<String> {
    let faults = child(value).unwrap_err();
    faults.iter().map(|fault| fault.replace("conditions.0.children.0.", "")).collect()
}

#[test]
fn what_a_group_lacks_is_filled_in() {
    let asked =
        json!([{"children": [{"field": "plan", "value": "pro", "operator": "EQUAL", "on": "subscriber"}]}]);
    assert_eq!(
        groups(&asked).unwrap(),
        r#"[{"isNegated":false,"type":"GROUP","value":"AND","children":[{"field":"plan","value":"pro","operator":"EQUAL","on":"subscriber"}]}]"#
    );
    assert_eq!(groups(&json!([])).unwrap(), "[]");
}

#[test]
fn what_a_group_says_stays_and_what_is_not_known_goes() {
    let asked = json!([{"children": [], "value": "OR", "type": "LIST", "isNegated": true, "id": "x"}]);
    let kept = r#"[{"isNegated":true,"type":"LIST","value":"OR","children":[]}]"#;
    assert_eq!(groups(&asked).unwrap(), kept);
    let null = json!([{"children": [], "value": null, "type": null, "isNegated": null}]);
    assert_eq!(groups(&null).unwrap(), r#"[{"isNegated":false,"type":"GROUP","value":"AND","children":[]}]"#);
}

#[test]
fn what_is_compared_with_is_kept_as_text() {
    for (value, text) in [(json!("a"), "a"), (json!(1.5), "1.5"), (json!(true), "true")] {
        let asked = json!({"on": "payload", "operator": "IN", "value": value, "field": "a", "more": 1});
        let kept = format!(r#"{{"field":"a","value":"{text}","operator":"IN","on":"payload"}}"#);
        assert_eq!(child(&asked).unwrap(), kept);
    }
}

#[test]
fn every_subject_has_its_own_members() {
    for asked in [
        r#"{"field":"a","value":"b","operator":"NOT_LIKE","on":"tenant"}"#,
        r#"{"field":"a","value":"b","operator":"EQUAL","webhookUrl":"https://a.example","on":"webhook"}"#,
        r#"{"value":true,"on":"isOnline"}"#,
        r#"{"timeOperator":"days","value":5,"on":"isOnlineInLast"}"#,
        r#"{"step":"s","stepType":"read","on":"previousStep"}"#,
    ] {
        assert_eq!(child(&serde_json::from_str(asked).unwrap()).unwrap(), asked);
    }
}

#[test]
fn whether_something_is_there_compares_with_nothing() {
    let asked = r#"{"field":"a","operator":"IS_DEFINED","on":"tenant"}"#;
    assert_eq!(child(&serde_json::from_str(asked).unwrap()).unwrap(), asked);
    let with_value = json!({"field": "a", "value": "", "operator": "IS_DEFINED", "on": "payload"});
    assert!(child(&with_value).unwrap().contains(r#""value":"","#));
}

#[test]
fn every_fault_is_found_and_has_its_path() {
    let asked = json!([
        7,
        {"isNegated": "no", "type": "XOR", "value": "and", "children": {}},
        {},
        {"children": [{"on": "isOnline", "value": true}, {"on": "phase"}, "x", {}]},
    ]);
    let said = groups(&asked).unwrap_err();
    let subjects = SUBJECTS.join(", ");
    let expected = [
        "conditions.0 must be an object".to_owned(),
        "conditions.1.isNegated must be a boolean".to_owned(),
        format!("conditions.1.type must be one of {}", TYPES.join(", ")),
        "conditions.1.value must be one of AND, OR".to_owned(),
        "conditions.1.children must be an array".to_owned(),
        "conditions.2.children is required".to_owned(),
        format!("conditions.3.children.1.on must be one of {subjects}"),
        "conditions.3.children.2 must be an object".to_owned(),
        "conditions.3.children.3.on is required".to_owned(),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_question_lacks_nothing_and_has_its_types() {
    for (asked, expected) in [
        (
            json!({"on": "subscriber"}),
            &["field is required", "value is required", "operator is required"][..],
        ),
        (
            json!({"on": "webhook", "field": 1, "value": [], "operator": "EQUAL", "webhookUrl": {}}),
            &[
                "field must be a string",
                "value must be a string, a number or a boolean",
                "webhookUrl must be a string",
            ],
        ),
        (json!({"on": "isOnline", "value": "true"}), &["value must be a boolean"]),
        (
            json!({"on": "isOnlineInLast", "timeOperator": "years", "value": "5"}),
            &["timeOperator must be one of minutes, hours, days", "value must be a number"],
        ),
        (
            json!({"on": "previousStep", "step": null, "stepType": 1}),
            &["step is required", "stepType must be a string"],
        ),
    ] {
        assert_eq!(faults_of_child(&asked), expected);
    }
    let unknown = json!({"on": "payload", "field": "a", "value": "b", "operator": "equal"});
    assert_eq!(faults_of_child(&unknown), [format!("operator must be one of {}", OPERATORS.join(", "))]);
}

#[test]
fn text_has_no_nul() {
    let asked = json!({"on": "payload", "field": "a\0", "value": "b\0", "operator": "EQUAL"});
    let said = "must not contain the character U+0000";
    assert_eq!(faults_of_child(&asked), [format!("field {said}"), format!("value {said}")]);
}

#[test]
fn there_are_at_most_a_hundred_entries_whatever_is_wrong_with_them() {
    let asked =
        |children: usize| json!([{"children": vec![json!({"on": "isOnline", "value": true}); children]}]);
    assert!(groups(&asked(99)).is_ok());
    let said = ["conditions must have at most 100 entries in all"];
    assert_eq!(groups(&asked(100)).unwrap_err(), said);
    assert_eq!(groups(&json!(vec![json!(7); 101])).unwrap_err(), said);
}
