//! Masks: what is shown in the place of a secret may be sent back, and leaves it as it was.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::of;
use crate::given::Acme;
use crate::novu_given::{API_KEY, MASK, mail, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_that_is_sent_back_keeps_the_secret(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let sent = json!({ "credentials": { "apiKey": MASK, "from": "b@example.com" } });
    let changed = novu.updated(&id, &sent).await?;
    assert_eq!(changed["credentials"], sent["credentials"]);
    let kept = acme.revealing_novu().found(&id).await?;
    assert_eq!(kept["credentials"], json!({ "apiKey": API_KEY, "from": "b@example.com" }));
    drop(novu.patch(&id, &json!({ "credentials": { "apiKey": MASK } })).await?.expect_status(200));
    assert_eq!(acme.revealing_novu().found(&id).await?["credentials"], kept["credentials"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_object_that_was_read_may_be_sent_back_whole(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let secrets = json!({ "apiKey": "first-secret", "secretKey": "second-secret", "region": "eu-west-1" });
    let made = novu.made(&with(of("ses", "email", secrets.clone()), json!({ "active": true }))).await?;
    let id = made["_id"].as_str().unwrap();
    let changed = novu.updated(id, &made).await?;
    assert_eq!(changed["credentials"], made["credentials"]);
    assert_eq!(acme.revealing_novu().found(id).await?["credentials"], secrets);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn other_stars_are_a_secret_of_their_own(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    for stars in ["*******", "*********", " ********", "********abcd", "*"] {
        drop(novu.update(&id, &json!({ "credentials": { "apiKey": stars } })).await?.expect_status(200));
        assert_eq!(acme.revealing_novu().found(&id).await?["credentials"]["apiKey"], stars);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn eight_stars_in_a_member_that_is_no_secret_are_its_value(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let sent = json!({ "credentials": { "apiKey": MASK, "from": MASK, "senderName": MASK } });
    drop(novu.update(&id, &sent).await?.expect_status(200));
    let expected = json!({ "apiKey": API_KEY, "from": MASK, "senderName": MASK });
    assert_eq!(acme.revealing_novu().found(&id).await?["credentials"], expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_secret_is_shown_in_part_however_long_it_is(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for secret in ["x".to_owned(), "12345678".to_owned(), "SG.abcdefghijklmnop".to_owned(), "y".repeat(4096)]
    {
        let made = novu.made(&of("sendgrid", "email", json!({ "apiKey": secret }))).await?;
        assert_eq!(made["credentials"], json!({ "apiKey": MASK }));
    }
    Ok(())
}

fn options(key: &str, pfx: &str, passphrase: &str) -> Value {
    json!({
        "host": "smtp.example.com", "port": "25",
        "tlsOptions": { "key": key, "pfx": pfx, "passphrase": passphrase, "ca": "a certificate", "rejectUnauthorized": true },
    })
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn secrets_inside_of_tls_options_are_masked_and_kept_by_their_masks(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let (secret, masked) = (options("a-key", "a-pfx", "a-phrase"), options(MASK, MASK, MASK));
    let made = novu.made(&of("nodemailer", "email", secret.clone())).await?;
    assert_eq!(made["credentials"], masked);
    let id = made["_id"].as_str().unwrap();
    assert_eq!(novu.updated(id, &json!({ "credentials": masked })).await?["credentials"], masked);
    assert_eq!(acme.revealing_novu().found(id).await?["credentials"], secret);
    // One anew, one kept, one left out.
    let mut change = options("new-key", MASK, "");
    change["tlsOptions"].as_object_mut().unwrap().remove("passphrase");
    drop(novu.update(id, &json!({ "credentials": change })).await?.expect_status(200));
    change["tlsOptions"]["pfx"] = json!("a-pfx");
    assert_eq!(acme.revealing_novu().found(id).await?["credentials"], change);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_that_sound_secret_are_masked_inside_of_tls_options_too(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let sent = json!({ "tlsOptions": { "deep": { "privateKey": "planted" }, "clientSecret": "planted", "servername": "a" } });
    let made = novu.create(&of("nodemailer", "email", sent)).await?.expect_status(201);
    assert!(!made.text.contains("planted"), "{made}");
    assert_eq!(made.data()["credentials"]["tlsOptions"]["servername"], "a");
    Ok(())
}
