//! What the dialect chooses of the kernel.

use super::*;
use actix_web::test::TestRequest;
use secrecy::ExposeSecret;

#[test]
fn the_key_comes_after_its_scheme_in_any_case() {
    let presented = |value: &str| {
        let request = TestRequest::get().insert_header(("authorization", value)).to_http_request();
        Novu::presented(request.head()).map(|key| key.expose_secret().to_owned())
    };
    assert_eq!(presented("ApiKey abc"), Ok("abc".to_owned()));
    assert_eq!(presented("apikey  abc "), Ok("abc".to_owned()));
    for wrong in ["ApiKey", "ApiKey ", "Bearer abc", "abc", ""] {
        assert_eq!(presented(wrong), Err(AuthRefusal::Malformed), "{wrong}");
    }
    let none = TestRequest::get().to_http_request();
    assert_eq!(Novu::presented(none.head()).err(), Some(AuthRefusal::Missing));
}

#[test]
fn nothing_of_credentials_is_ever_said_back() {
    for path in ["providerId", "channel", "_environmentId", "conditions", "conditions.0.children.1.on"] {
        assert!(Novu::repeats(path), "{path}");
    }
    for path in ["credentials", "credentials.port", "credentials.conditions", "name.x", "other", ""] {
        assert!(!Novu::repeats(path), "{path}");
    }
}

#[test]
fn the_channels_are_those_of_the_model() {
    assert!(CHANNELS.iter().copied().eq(ChannelKind::ALL.iter().map(|kind| kind.as_str())));
}
