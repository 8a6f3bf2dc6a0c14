use serde_json::json;

use super::*;

fn read(document: Value) -> ManifestDocument {
    ManifestDocument::read(document).unwrap()
}

/// A manifest as its specification prints one.
fn published() -> Value {
    json!({
        "date": {"created_at": "2025-02-09", "updated_at": "2025-02-09"},
        "descriptions": {
            "app_name": "Message Formatter",
            "app_description": "Formats messages",
            "app_logo": "https://app.example/logo.svg",
            "app_url": "https://app.example",
            "background_color": "#fff"
        },
        "is_active": true,
        "integration_type": "modifier",
        "integration_category": "Communication & Collaboration",
        "key_features": ["one", "two"],
        "author": "Someone",
        "settings": [
            {"label": "maxMessageLength", "type": "number", "required": true, "default": 30},
            {"label": "repeatWords", "type": "multi-select", "required": true, "default": "world,happy",
             "options": ["world", "happy"]}
        ],
        "target_url": "https://app.example/format",
        "tick_url": "https://app.example/tick"
    })
}

#[test]
fn a_manifest_is_read_bare_and_wrapped_alike() {
    let (bare, wrapped) = (read(published()), read(json!({"data": published()})));
    let description = AppDescription {
        name: "Message Formatter".to_owned(),
        url: "https://app.example".to_owned(),
        logo: "https://app.example/logo.svg".to_owned(),
        description: "Formats messages".to_owned(),
    };
    for document in [&bare, &wrapped] {
        assert_eq!(document.app, description);
        assert_eq!((document.kind.as_str(), document.app_kind()), ("modifier", Some(AppKind::Modifier)));
        assert_eq!(document.category, "Communication & Collaboration");
        assert_eq!(document.is_active, Some(true));
        let labels: Vec<_> = document.settings.iter().map(|setting| setting.label.as_str()).collect();
        assert_eq!(labels, ["maxMessageLength", "repeatWords"]);
        assert_eq!(document.target_url.as_deref(), Some("https://app.example/format"));
        assert_eq!(document.tick_url.as_deref(), Some("https://app.example/tick"));
        assert_eq!(document.check_installable(), Ok(()));
    }
}

#[test]
fn what_is_not_understood_is_kept_as_it_came() {
    let wrapped = json!({"data": published(), "beside": [1, 2.50, null]});
    assert_eq!(Value::Object(read(wrapped.clone()).source), wrapped);
    // Reading again what was kept comes to the same.
    assert_eq!(read(Value::Object(read(wrapped.clone()).source)), read(wrapped));
}

#[test]
fn a_member_called_data_hides_nothing_that_stands_beside_descriptions() {
    let document =
        json!({"descriptions": {"app_name": "Outer"}, "data": {"descriptions": {"app_name": "Inner"}}});
    assert_eq!(read(document).app.name, "Outer");
    assert_eq!(read(json!({"data": "text", "is_active": false})).is_active, Some(false));
}

#[test]
fn an_empty_object_says_nothing() {
    for empty in [json!({}), json!({"data": {}})] {
        let document = read(empty);
        assert_eq!((document.app.clone(), document.kind.as_str()), (AppDescription::default(), ""));
        assert_eq!((document.is_active, document.settings.len()), (None, 0));
        assert_eq!((document.target_url.clone(), document.json_schema.clone()), (None, None));
        assert_eq!(document.check_installable(), Err(NotInstallable::NoName));
    }
}

#[test]
fn members_of_other_types_count_as_not_given() {
    let odd = json!({"descriptions": {"app_name": 1, "app_url": null}, "integration_type": [], "is_active": 1,
                     "settings": {"label": "x"}, "target_url": true, "json_schema": "x"});
    let document = read(odd);
    assert_eq!((document.app.clone(), document.kind.as_str()), (AppDescription::default(), ""));
    assert_eq!((document.is_active, document.settings.len()), (None, 0));
    assert_eq!((document.target_url, document.json_schema), (None, None));
    assert_eq!(read(json!({"descriptions": []})).app, AppDescription::default());
}

#[test]
fn what_is_no_object_is_no_manifest() {
    for other in [json!(null), json!([published()]), json!("x"), json!(1), json!(true)] {
        assert_eq!(ManifestDocument::read(other), Err(NotAManifest::NotAnObject));
    }
}

#[test]
fn what_cannot_be_stored_is_no_manifest_wherever_it_stands() {
    for wrong in [
        json!({"x": "a\0b"}),
        json!({"a\0b": 1}),
        json!({"x": [{"y": ["\0"]}]}),
        json!({"descriptions": {"app_name": "\0"}}),
    ] {
        assert_eq!(ManifestDocument::read(wrong.clone()), Err(NotAManifest::Nul), "{wrong}");
    }
}

#[test]
fn texts_beyond_reason_are_cut_and_addresses_dropped() {
    let long = "é".repeat(5000);
    let document = read(json!({
        "descriptions": {"app_name": &long, "app_description": &long, "app_url": &long, "app_logo": &long},
        "integration_type": &long, "integration_category": &long,
        "target_url": format!("https://a.example/{long}")
    }));
    let chars = |text: &str| text.chars().count();
    assert_eq!((chars(&document.app.name), chars(&document.app.description)), (255, 4096));
    assert_eq!((document.app.url.as_str(), document.app.logo.as_str()), ("", ""));
    assert_eq!((document.kind.as_str(), chars(&document.category)), ("", 255));
    assert_eq!(document.target_url, None);
}

#[test]
fn settings_have_one_definition_each_and_there_is_an_end_of_them() {
    let document = read(json!({"settings": [
        {"label": "a", "default": 1}, {"label": " a ", "default": 2}, {"label": ""}, 7, {"label": "b"}
    ]}));
    assert_eq!(document.settings.len(), 2);
    assert_eq!(document.setting(" a ").unwrap().initial_value().as_deref(), Some("1"));
    assert_eq!(document.setting("A"), None);
    let many: Vec<_> = (0..1000).map(|number| json!({"label": number.to_string()})).collect();
    assert_eq!(read(json!({"settings": many})).settings.len(), ManifestDocument::MAX_SETTINGS);
}

#[test]
fn an_app_is_installed_by_a_name_and_the_address_that_its_kind_needs() {
    let target = ("target_url", "https://a.example/x");
    let tick = ("tick_url", "HTTP://a.example");
    for (kind, given, outcome) in [
        ("modifier", Some(target), Ok(())),
        ("modifier", Some(tick), Err(NotInstallable::NoTargetUrl)),
        ("output", Some(target), Ok(())),
        ("Output", None, Err(NotInstallable::NoTargetUrl)),
        ("interval", Some(tick), Ok(())),
        ("interval", Some(target), Err(NotInstallable::NoTickUrl)),
        ("filter", None, Ok(())),
        ("", None, Ok(())),
        ("modifier", Some(("target_url", "a.example/x")), Err(NotInstallable::NoTargetUrl)),
        ("modifier", Some(("target_url", "ftp://a.example")), Err(NotInstallable::NoTargetUrl)),
        ("modifier", Some(("target_url", "https://")), Err(NotInstallable::NoTargetUrl)),
    ] {
        let mut document = json!({"descriptions": {"app_name": "A"}, "integration_type": kind});
        if let Some((name, url)) = given {
            document[name] = json!(url);
        }
        assert_eq!(read(document).check_installable(), outcome, "{kind} with {given:?}");
    }
    let nameless = json!({"descriptions": {"app_name": "  "}});
    assert_eq!(read(nameless).check_installable(), Err(NotInstallable::NoName));
}

#[test]
fn a_schema_is_a_member_or_the_document_itself() {
    let schema = json!({"type": "object", "properties": {"event": {"type": "string"}}});
    let expected = schema.as_object().cloned();
    for document in [
        schema.clone(),
        json!({"json_schema": schema}),
        json!({"data": {"json_schema": schema}}),
        json!({"data": {"descriptions": {}}, "json_schema": schema}),
        json!({"data": schema}),
    ] {
        assert_eq!(read(document.clone()).json_schema, expected, "{document}");
    }
    for document in [
        json!({"type": "array", "properties": {}}),
        json!({"type": "object", "properties": []}),
        json!({"type": "object"}),
        json!({"properties": {}}),
    ] {
        assert_eq!(read(document.clone()).json_schema, None, "{document}");
    }
}

#[test]
fn a_value_is_checked_by_the_definition_of_its_setting_where_there_is_one() {
    let document = read(published());
    assert_eq!(document.check_setting("maxMessageLength", "31"), Ok(()));
    assert_eq!(document.check_setting(" maxMessageLength ", "x"), Err(SettingFault::NotANumber));
    assert_eq!(document.check_setting("repeatWords", "happy,sad"), Err(SettingFault::NotOptions));
    assert_eq!(document.check_setting("maxMessageLength", ""), Err(SettingFault::Empty));
    assert_eq!(document.check_setting("anything else", ""), Ok(()));
}

#[test]
fn the_interval_of_an_interval_app_is_a_crontab_expression() {
    let app = |kind: &str, required: bool| {
        read(json!({"integration_type": kind,
                    "settings": [{"label": "interval", "type": "text", "required": required}]}))
    };
    for required in [true, false] {
        assert_eq!(app("interval", required).check_setting("interval", "*/5 * * * *"), Ok(()));
        let outcome = app("interval", required).check_setting("interval", "often");
        assert_eq!(outcome, Err(SettingFault::NotASchedule));
        assert_eq!(app("output", required).check_setting("interval", "often"), Ok(()));
    }
    assert_eq!(app("interval", true).check_setting("interval", " "), Err(SettingFault::Empty));
    assert_eq!(app("interval", false).check_setting("interval", " "), Ok(()));
    let undefined = read(json!({"integration_type": "interval"}));
    assert_eq!(undefined.check_setting("interval", "often"), Ok(()));
}

#[test]
fn the_values_that_secret_settings_begin_with_are_not_kept() {
    let manifest = json!({"settings": [
        {"label": "API key", "default": "planted", "type": "text"},
        {"label": "colour", "default": "red"},
        "no setting",
    ]});
    for source in [manifest.clone(), json!({"data": manifest, "else": 1})] {
        let read = ManifestDocument::read(source.clone()).unwrap();
        let kept = Value::Object(read.to_keep()).to_string();
        assert_eq!(kept, source.to_string().replace(r#""default":"planted","#, ""));
    }
}
