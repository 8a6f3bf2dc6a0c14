use chrono::DateTime;
use patchbay_domain::{
    ChannelKind, Configuration, Configured, Credentials, EnvironmentId, FieldSource, IntegrationDraft,
    IntegrationId, IntegrationName, Offer, OrganisationId, ProviderField, ProviderName, Uncatalogued,
};
use serde_json::json;
use uuid::Uuid;

use super::*;

fn field(key: &str, kind: FieldKind) -> ProviderField {
    ProviderField {
        key: key.to_owned(),
        kind,
        is_secret: false,
        secret_members: Vec::new(),
        source: FieldSource::User,
        confined_to: None,
        is_required: false,
        required_on: Vec::new(),
        names: Vec::new(),
    }
}

fn called(name: &str, field: ProviderField) -> ProviderField {
    ProviderField { names: vec![("novu".to_owned(), name.to_owned())], ..field }
}

/// A provider that other APIs offer too.
fn smtp() -> Provider {
    let secret = |field| ProviderField { is_secret: true, ..field };
    let options = ProviderField {
        secret_members: vec!["key".to_owned()],
        ..called("tlsOptions", field("tls_options", FieldKind::Json))
    };
    let needed =
        ProviderField { required_on: vec!["novu".to_owned()], ..field("account_key", FieldKind::Text) };
    Provider {
        offers: vec![Offer { dialect: "novu".to_owned(), name: "smtp".to_owned(), position: None }],
        fields: vec![
            field("host", FieldKind::Host),
            field("port", FieldKind::Int),
            field("secure", FieldKind::Bool),
            options,
            called("secretKey", secret(field("client_secret", FieldKind::Text))),
            called("botToken", secret(field("bot_token", FieldKind::Text))),
            called("accountKey", needed),
            called("apiToken", secret(field("token", FieldKind::Text))),
            ProviderField { source: FieldSource::Verify, ..field("region", FieldKind::Text) },
        ],
        ..Provider::unknown(ProviderId::parse("smtp").unwrap())
    }
}

fn nothing_known() -> Provider {
    Provider::unknown(ProviderId::uncatalogued())
}

fn members(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("{value}") };
    members
}

/// What is kept of what was sent: the plain members, and the names and texts of the secrets.
fn kept_of(value: Value, to: Destination<'_>) -> (Value, Vec<(String, String)>) {
    let provider = match to {
        Destination::Catalogued(provider) => provider.clone(),
        Destination::Uncatalogued => nothing_known(),
    };
    let configured = Configured::of(sent(members(value), to).unwrap(), &provider).unwrap();
    let plain = Value::Object(configured.configuration.members().clone());
    let secrets = Shown::Full(configured.credentials);
    let texts = shown_texts(&secrets);
    (plain, texts.into_iter().map(|(name, text)| (name.to_string(), text.to_owned())).collect())
}

fn kept(value: Value) -> (Value, Vec<(String, String)>) {
    kept_of(value, Destination::Catalogued(&smtp()))
}

fn plain(value: Value) -> Value {
    let (plain, secrets) = kept(value);
    assert_eq!(secrets, []);
    plain
}

fn secret(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

fn faults_of(value: Value, to: Destination<'_>) -> Vec<String> {
    sent(members(value), to).unwrap_err().iter().map(ToString::to_string).collect()
}

fn faults(value: Value) -> Vec<String> {
    faults_of(value, Destination::Catalogued(&smtp()))
}

/// An integration that is configured with that.
fn integration(configuration: Configuration, provider: &Provider) -> Integration {
    let uncatalogued = (provider.id == ProviderId::uncatalogued()).then(|| Uncatalogued {
        name: ProviderName::parse("carrier-pigeon").unwrap(),
        channel: ChannelKind::Push,
    });
    let name = IntegrationName::parse("Mail").unwrap();
    let draft =
        IntegrationDraft { uncatalogued, configuration, ..IntegrationDraft::new(provider.id.clone(), name) };
    let id = Uuid::from_u128(1);
    Integration::create(
        IntegrationId::from_uuid(id),
        OrganisationId::from_uuid(id),
        EnvironmentId::from_uuid(id),
        draft,
        DateTime::UNIX_EPOCH,
    )
}

/// What is shown of an integration that was sent `value`, through any API.
fn shown_of(value: Value, provider: &Provider, show: impl FnOnce(Credentials) -> Shown) -> Value {
    let sent = SentConfiguration::new(members(value)).unwrap();
    let Configured { configuration, credentials } = Configured::of(sent, provider).unwrap();
    shown(&integration(configuration, provider), &show(credentials), provider).into()
}

fn named(credentials: &Credentials) -> Shown {
    Shown::Named(credentials.iter().map(|(name, _)| name.clone()).collect())
}

fn masked(credentials: &Credentials) -> Shown {
    Shown::Masked(credentials.iter().map(|(name, secret)| (name.clone(), Mask::Stars.of(secret))).collect())
}

#[test]
fn a_field_is_kept_under_its_key_and_what_else_is_known_under_its_name() {
    let (plain, secrets) = kept(json!({"secretKey": "s", "host": "h", "apiKey": "k", "senderName": "A"}));
    assert_eq!(plain, json!({"host": "h", "senderName": "A"}));
    assert_eq!(secrets, [secret("client_secret", "s"), secret("apiKey", "k")]);
}

#[test]
fn what_is_not_known_or_is_null_is_left_out() {
    let sent =
        json!({"unknown": {"a": 1}, "client_secret": "s", "botToken": "b", "region": "eu", "host": null});
    assert_eq!(plain(sent), json!({}));
}

#[test]
fn what_a_provider_needs_is_known() {
    assert_eq!(plain(json!({"accountKey": "a"})), json!({"account_key": "a"}));
}

#[test]
fn a_name_that_is_the_key_of_another_field_is_not_kept_as_that() {
    assert_eq!(plain(json!({"token": "t"})), json!({}));
    assert_eq!(kept(json!({"apiToken": "t", "token": "u"})).1, [secret("token", "t")]);
}

#[test]
fn a_known_member_is_as_secret_as_novu_says_whatever_its_name_looks_like() {
    let (plain, secrets) = kept(json!({
        "apiKeyRequestHeader": "x-key", "authenticateByToken": true, "authenticationTokenKey": "k",
        "webhookUrl": "https://hooks.example/x", "headers": "a: b", "serviceAccount": "{}",
    }));
    let public = json!({
        "apiKeyRequestHeader": "x-key", "authenticateByToken": true, "authenticationTokenKey": "k"
    });
    assert_eq!(plain, public);
    let names: Vec<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["webhookUrl", "headers", "serviceAccount"]);
}

#[test]
fn of_tls_options_the_keys_are_secret_with_any_provider() {
    let options = json!({"tlsOptions": {"ca": "c", "key": "k", "pfx": "p", "passphrase": "w"}});
    let other = Provider { fields: Vec::new(), ..smtp() };
    for to in [Destination::Catalogued(&other), Destination::Uncatalogued] {
        let (plain, secrets) = kept_of(options.clone(), to);
        assert_eq!(plain, json!({"tlsOptions": {"ca": "c"}}));
        let names: Vec<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["tlsOptions.key", "tlsOptions.pfx", "tlsOptions.passphrase"]);
    }
}

#[test]
fn a_whole_number_comes_as_a_number_or_as_digits() {
    for port in [json!(587), json!("587"), json!("0587")] {
        assert_eq!(plain(json!({"port": port})), json!({"port": 587}));
    }
    assert_eq!(plain(json!({"port": ""})), json!({}), "an empty text is no number");
    for port in [json!(587.5), json!("+587"), json!("x"), json!(true), json!("99999999999999999999")] {
        assert_eq!(faults(json!({ "port": port })), ["credentials.port must be a whole number"]);
    }
}

#[test]
fn a_boolean_comes_as_itself_or_as_text() {
    let sent = json!({"secure": "true", "hmac": false, "ignoreTls": "false"});
    assert_eq!(plain(sent), json!({"secure": true, "hmac": false, "ignoreTls": false}));
    for wrong in [json!("yes"), json!(1), json!("")] {
        assert_eq!(faults(json!({ "hmac": wrong })), ["credentials.hmac must be a boolean"]);
    }
}

#[test]
fn a_number_for_text_is_its_digits() {
    let (plain, secrets) = kept(json!({"user": 7.5, "apiKey": 12345}));
    assert_eq!((plain, secrets), (json!({"user": "7.5"}), vec![secret("apiKey", "12345")]));
}

#[test]
fn a_port_that_is_no_field_is_text() {
    let other = Provider { fields: Vec::new(), ..smtp() };
    assert_eq!(kept_of(json!({"port": 25}), Destination::Catalogued(&other)).0, json!({"port": "25"}));
}

#[test]
fn every_fault_is_found_and_no_value_is_said_back() {
    let said = faults(json!({
        "host": ["planted"], "secure": "planted", "tlsOptions": "planted", "apiKey": {"planted": 1},
        "user": "planted\0", "accountKey": false, "unknown": {"planted": 1},
    }));
    let expected = [
        "credentials.host must be a string",
        "credentials.secure must be a boolean",
        "credentials.tlsOptions must be an object",
        "credentials.apiKey must be a string",
        "credentials.user must not contain the character U+0000",
        "credentials.accountKey must be a string",
    ];
    assert_eq!(said, expected);
}

#[test]
fn what_is_wrong_inside_is_told_by_the_names_of_the_client() {
    let nul = faults(json!({"tlsOptions": {"ca": "a\0"}}));
    assert_eq!(nul, ["credentials.tlsOptions must not contain the character U+0000"]);
    let deep = (0..8).fold(json!({}), |inner, _| json!({ "a": inner }));
    assert_eq!(
        faults(json!({ "tlsOptions": deep })),
        ["credentials.tlsOptions must not be nested deeper than 8 levels"]
    );
    assert_eq!(faults(json!({"user": "x".repeat(65536)})), ["credentials must have at most 65536 bytes"]);
}

#[test]
fn an_empty_text_stays_and_an_empty_secret_is_none() {
    assert_eq!(plain(json!({"user": "", "apiKey": ""})), json!({"user": ""}));
}

#[test]
fn stars_are_no_secret() {
    assert_eq!(
        kept(json!({"apiKey": "********", "user": "********"})),
        (json!({"user": "********"}), vec![])
    );
}

#[test]
fn of_an_uncatalogued_provider_every_text_is_kept_as_a_secret() {
    let (plain, secrets) = kept_of(
        json!({
            "from": "a", "wingspan": "40", "secure": "true", "port": 25, "feathers": 7, "nest": {"a": "b"}
        }),
        Destination::Uncatalogued,
    );
    assert_eq!(plain, json!({"secure": true}));
    assert_eq!(secrets, [secret("from", "a"), secret("wingspan", "40"), secret("port", "25")]);
}

#[test]
fn what_an_uncatalogued_provider_calls_a_secret_has_its_bounds() {
    let long = "x".repeat(256);
    let said = faults_of(json!({ long.clone(): "s", "": "s", "hmac": 1 }), Destination::Uncatalogued);
    let expected = [
        format!("credentials.{long} is a secret whose name must have at most 255 characters"),
        "credentials. is a secret whose name must not be empty".to_owned(),
        "credentials.hmac must be a boolean".to_owned(),
    ];
    assert_eq!(said, expected);
    let nul = faults_of(json!({"a": "b\0", "c\0": "d"}), Destination::Uncatalogued);
    assert_eq!(nul, ["credentials.a must not contain the character U+0000"]);
}

#[test]
fn what_novu_has_no_name_for_is_not_shown_and_stays() {
    let provider = smtp();
    let all = json!({
        "host": "h", "from": "f", "bot_token": "b", "default_channel": "c", "client_secret": "s", "token": "t"
    });
    let expected = json!({"host": "h", "secretKey": "********", "apiToken": "********", "from": "f"});
    assert_eq!(shown_of(all, &provider, |secrets| masked(&secrets)), expected);
    for (key, is_shown) in [
        ("host", true),
        ("client_secret", true),
        ("account_key", true),
        ("from", true),
        ("token", true),
        ("bot_token", false),
        ("default_channel", false),
        ("region", false),
    ] {
        assert_eq!(shows(&provider, key), is_shown, "{key}");
    }
}

#[test]
fn fields_are_shown_first_and_in_their_order() {
    let all = json!({"from": "f", "apiKey": "k", "account_key": "a", "port": 25, "host": "h"});
    let shown = shown_of(all, &smtp(), |secrets| masked(&secrets)).to_string();
    assert_eq!(shown, r#"{"host":"h","port":"25","accountKey":"a","apiKey":"********","from":"f"}"#);
}

#[test]
fn secrets_are_shown_in_full_or_as_stars_in_their_places() {
    let all = json!({"tls_options": {"ca": "c", "key": "k", "more": {"token": "t"}}, "apiKey": "a"});
    let starred = json!({
        "tlsOptions": {"ca": "c", "more": {"token": "********"}, "key": "********"}, "apiKey": "********"
    });
    assert_eq!(shown_of(all.clone(), &smtp(), |secrets| masked(&secrets)), starred);
    assert_eq!(shown_of(all.clone(), &smtp(), |secrets| named(&secrets)), starred);
    let full = json!({"tlsOptions": {"ca": "c", "more": {"token": "t"}, "key": "k"}, "apiKey": "a"});
    assert_eq!(shown_of(all.clone(), &smtp(), Shown::Full), full);
    let hidden = json!({"tlsOptions": {"ca": "c", "more": {}}});
    assert_eq!(shown_of(all, &smtp(), |_| Shown::Nothing), hidden);
}

#[test]
fn a_secret_in_a_list_goes_back_to_its_place_there() {
    let all = json!({"tls_options": {"ca": [{"a": 1}, {"token": "t", "b": 2}]}});
    let expected = json!({"tlsOptions": {"ca": [{"a": 1}, {"b": 2, "token": "t"}]}});
    assert_eq!(shown_of(all, &smtp(), Shown::Full), expected);
}

#[test]
fn what_another_api_kept_in_another_type_is_shown_in_that_of_clients_or_not_at_all() {
    let all = json!({
        "user": 7, "state": true, "hmac": "true", "ignoreTls": "no", "tlsOptions": "x", "from": {"a": 1},
        "title": null, "authenticateByToken": "secret-by-its-name", "headers": {"Authorization": "planted"},
    });
    let other = Provider { fields: Vec::new(), ..smtp() };
    let shown = shown_of(all, &other, Shown::Full);
    assert_eq!(shown, json!({"user": "7", "hmac": true, "state": "true"}));
}

#[test]
fn of_an_uncatalogued_provider_all_is_shown_under_its_own_name() {
    let all = json!({"wingspan": 40, "port": 25, "nest": {"token": "t"}, "a.b": 1, "apiKey": "k"});
    let expected = json!({
        "apiKey": "********", "port": "25", "wingspan": 40, "nest": {"token": "********"}, "a.b": 1
    });
    let shown = shown_of(all, &nothing_known(), |secrets| masked(&secrets));
    assert_eq!(shown.to_string(), expected.to_string());
    assert!(shows(&nothing_known(), "wingspan"));
}

#[test]
fn what_was_sent_is_shown_again() {
    let all = json!({
        "host": "h", "port": "25", "secure": true, "tlsOptions": {"ca": "c", "key": "k"}, "secretKey": "s",
        "apiKey": "a", "user": "u", "hmac": false
    });
    let provider = smtp();
    let sent = sent(members(all.clone()), Destination::Catalogued(&provider)).unwrap();
    let Configured { configuration, credentials } = Configured::of(sent, &provider).unwrap();
    let again = shown(&integration(configuration, &provider), &Shown::Full(credentials), &provider);
    assert_eq!(Value::Object(again), all);
}
