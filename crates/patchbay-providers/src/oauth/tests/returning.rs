//! What people come back with.

use rstest::rstest;

use super::entries::all;
use super::*;

fn pairs(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn returned(connection: &OpenConnection, parameters: &[(&str, &str)]) -> Result<String, ExchangeError> {
    let exchanger = exchanger_at(connection.provider.as_str(), 1);
    exchanger.returned(connection, &pairs(parameters)).map(|code| code.expose_secret().to_owned())
}

fn slack() -> OpenConnection {
    connection("slack", nothing(), &[])
}

fn shop() -> OpenConnection {
    connection("shopify", json!({"shop_domain": "acme.myshopify.com"}), &[])
}

/// That of `printf '%s' 'code=c&host=YQ==&shop=acme.myshopify.com&state=s&timestamp=1'` under
/// `planted:secret`, by `openssl dgst -sha256 -hmac`.
const HMAC: &str = "0c333ad65403fc78764891b27066e42bad8fe0fd5fe47ca4b7a6fd26d0f84962";

const FROM_SHOP: [(&str, &str); 6] = [
    ("timestamp", "1"),
    ("code", "c"),
    ("hmac", HMAC),
    ("host", "YQ=="),
    ("shop", "acme.myshopify.com"),
    ("state", "s"),
];

/// The same with one parameter another one.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    FROM_SHOP.into_iter().map(|pair| if pair.0 == name { (name, value) } else { pair }).collect()
}

#[test]
fn the_code_is_found_among_the_parameters() {
    assert_eq!(returned(&slack(), &[("state", "s"), ("code", "c d")]).unwrap(), "c d");
    for way in all().iter().filter(|way| way.exchange.callback_check.is_none()) {
        assert_eq!(returned(&way.connection, &[("code", "c"), ("state", "s")]).unwrap(), "c", "{}", way.id());
    }
}

#[rstest]
#[case::none(&[("state", "s")])]
#[case::empty(&[("code", "")])]
#[case::twice(&[("code", "c"), ("code", "c")])]
#[case::state_twice(&[("code", "c"), ("state", "s"), ("state", "t")])]
#[case::error_twice(&[("error", "access_denied"), ("error", "x")])]
#[case::nothing(&[])]
fn what_no_provider_sends_is_forged(#[case] parameters: &[(&str, &str)]) {
    let error = returned(&slack(), parameters).unwrap_err();
    assert!(matches!(error, ExchangeError::Forged), "{error:?}");
}

#[rstest]
#[case("access_denied", "refused_by_person")]
#[case("server_error", "server_error")]
#[case("a <b>\r\n&é", "ab")]
#[case("<>", "refused")]
#[case("", "refused")]
fn a_refusal_is_told_in_a_word_without_anything_else(#[case] word: &str, #[case] told: &str) {
    for parameters in
        [vec![("error", word)], vec![("error", word), ("code", "c"), ("error_description", "d")]]
    {
        let error = returned(&slack(), &parameters).unwrap_err();
        assert!(matches!(&error, ExchangeError::Refused { reason } if reason == told), "{error:?}");
        assert_eq!(error.to_string(), told);
    }
}

#[test]
fn a_refusal_is_a_short_word() {
    let error = returned(&slack(), &[("error", &"x".repeat(10_000))]).unwrap_err();
    assert_eq!(error.to_string(), "x".repeat(64));
}

#[test]
fn a_code_is_not_longer_than_a_text_that_is_kept() {
    assert!(returned(&slack(), &[("code", &"x".repeat(8192))]).is_ok());
    assert!(returned(&slack(), &[("code", &"x".repeat(8193))]).is_err());
}

#[test]
fn what_shopify_has_signed_is_taken() {
    assert_eq!(returned(&shop(), &FROM_SHOP).unwrap(), "c");
    let upper: &str = &HMAC.to_uppercase();
    let shouted: Vec<_> = FROM_SHOP
        .into_iter()
        .map(|(name, value)| (name, if name == "hmac" { upper } else { value }))
        .collect();
    assert_eq!(returned(&shop(), &shouted).unwrap(), "c");
}

#[rstest]
#[case::another_code(with("code", "d"))]
#[case::another_time(with("timestamp", "2"))]
#[case::another_shop(with("shop", "evil.myshopify.com"))]
#[case::no_hex(with("hmac", "planted"))]
#[case::empty(with("hmac", ""))]
#[case::short(with("hmac", "0c333ad65403fc78764891b27066e42bad8fe0fd5fe47ca4b7a6fd26d0f849"))]
#[case::of_another_secret(with("hmac", "2ef9d5383a2600a44bb35cf7a1495c753abec42b989e8cc6b6885e4c2a9c25bb"))]
#[case::one_more([FROM_SHOP.as_slice(), &[("x", "y")]].concat())]
#[case::unsigned(FROM_SHOP.into_iter().filter(|(name, _)| *name != "hmac").collect())]
fn what_shopify_has_not_signed_is_forged(#[case] parameters: Vec<(&str, &str)>) {
    let error = returned(&shop(), &parameters).unwrap_err();
    assert!(matches!(error, ExchangeError::Forged), "{error:?}");
    assert_eq!(error.to_string(), "what came back is not the provider's");
}

/// By `openssl` as above, over `a%26b%3D%25=c=%25%26d&code=c&shop=acme.myshopify.com`.
#[test]
fn what_would_be_taken_for_the_joints_of_a_query_is_signed_encoded() {
    let signed = [
        ("a&b=%", "c=%&d"),
        ("code", "c"),
        ("shop", "acme.myshopify.com"),
        ("hmac", "f6bbe03aa0fad2bda71de99e33bb523a6b80204f47ab3118b7c52ff734ea307c"),
    ];
    assert_eq!(returned(&shop(), &signed).unwrap(), "c");
}

/// Signed by Shopify, for another shop than people were sent to.
#[rstest]
#[case(json!({"shop_domain": "other.myshopify.com"}), "Forged")]
#[case(json!({"shop_domain": "ACME.myshopify.com"}), "")]
#[case(nothing(), "Incomplete")]
fn the_shop_that_comes_back_is_the_one_that_was_meant(#[case] configuration: Value, #[case] kind: &str) {
    let connection = connection("shopify", configuration, &[]);
    let outcome = returned(&connection, &FROM_SHOP);
    assert_eq!(outcome.as_ref().err().map(kind_of).unwrap_or_default(), kind, "{outcome:?}");
}

#[test]
fn a_refusal_needs_no_proof() {
    let error = returned(&shop(), &[("error", "access_denied")]).unwrap_err();
    assert!(matches!(error, ExchangeError::Refused { .. }), "{error:?}");
}

#[test]
fn without_an_application_nothing_was_ever_sent() {
    let error = exchanger(HashMap::new()).returned(&slack(), &pairs(&[("code", "c")])).unwrap_err();
    assert!(matches!(error, ExchangeError::NotConfigured), "{error:?}");
}
