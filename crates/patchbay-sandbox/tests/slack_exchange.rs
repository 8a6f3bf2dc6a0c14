//! Who may exchange, and what the form must be.

use patchbay_sandbox::{CLIENT_ID as ID, CLIENT_SECRET as SECRET};
use reqwest::header::CONTENT_TYPE;

use crate::client::{Answer, Tried, encoded, text};

const ACCESS: &str = "/slack/api/oauth.v2.access";
const FORM: &str = "application/x-www-form-urlencoded";

#[actix_web::test]
async fn the_application_is_known_by_its_id_and_secret_in_the_header_or_in_the_form() {
    let tried = Tried::start();
    tried.exchange("sandbox-ok").await.granted();
    let exchange = async |form: &[(&str, &str)]| {
        let request = tried.post(ACCESS).header(CONTENT_TYPE, FORM).body(encoded(form));
        Answer::read(request.send().await.unwrap()).await
    };
    let code = ("code", "sandbox-ok-2");
    exchange(&[("client_id", "x"), ("client_secret", SECRET), code]).await.refused("invalid_client_id");
    exchange(&[("client_id", ID), ("client_secret", "x"), code]).await.refused("bad_client_secret");
    exchange(&[("client_id", ID), code]).await.refused("bad_client_secret");
    exchange(&[code]).await.refused("invalid_client_id");
    // None of them has spent the code.
    exchange(&[("client_id", ID), ("client_secret", SECRET), code]).await.granted();

    let form = encoded(&[("code", "sandbox-ok-3")]);
    let wrong = tried.post(ACCESS).basic_auth(ID, Some("x")).header(CONTENT_TYPE, FORM).body(form);
    Answer::read(wrong.send().await.unwrap()).await.refused("bad_client_secret");
    tried.exchange("sandbox-ok-3").await.granted();
}

#[actix_web::test]
async fn only_a_form_is_understood_and_only_one_of_a_reasonable_size() {
    let tried = Tried::start();
    let json = tried.post(ACCESS).basic_auth(ID, Some(SECRET)).json(&["code"]);
    Answer::read(json.send().await.unwrap()).await.refused("invalid_form_data");
    tried.access(&[("code", "a"), ("code", "b")]).await.refused("invalid_form_data");
    tried.access(&[("code", &"x".repeat(24 * 1024))]).await.refused("invalid_form_data");
    tried.exchange(&"x".repeat(8 * 1024)).await.refused("invalid_code");
    assert_eq!(tried.get(ACCESS).await.status, 501);
}

#[actix_web::test]
async fn any_other_kind_of_grant_is_refused() {
    let tried = Tried::start();
    let code = ("code", "sandbox-ok");
    tried.access(&[("grant_type", "password"), code]).await.refused("invalid_grant_type");
    tried.access(&[("grant_type", "authorization_code"), code]).await.granted();
}

#[actix_web::test]
async fn a_token_to_refresh_with_works_once_and_gives_the_next() {
    let tried = Tried::start();
    let refresh =
        async |token: &str| tried.access(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    let first = tried.exchange("sandbox-rotating-acme").await.granted();
    let second = refresh(text(&first, "/refresh_token")).await.granted();
    refresh(text(&first, "/refresh_token")).await.refused("invalid_refresh_token");
    for member in ["access_token", "refresh_token"] {
        assert_ne!(first[member], second[member]);
    }
    assert_eq!((&second["expires_in"], &second["team"]), (&43_200.into(), &first["team"]));
    assert_eq!(second.get("incoming_webhook"), None);
    tried.call("auth.test", text(&second, "/access_token")).await.granted();
    refresh(text(&second, "/refresh_token")).await.granted();
    refresh("").await.refused("invalid_refresh_token");
    refresh("xoxe-sandbox-dead-acme").await.refused("invalid_refresh_token");
}

#[actix_web::test]
async fn the_address_to_come_back_to_does_not_count_when_no_page_was_opened() {
    let tried = Tried::start();
    let form = [("code", "sandbox-ok"), ("redirect_uri", "https://patchbay.example/back")];
    tried.access(&form).await.granted();
}
