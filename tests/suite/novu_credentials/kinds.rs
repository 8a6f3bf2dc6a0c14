//! Of which kind a member is, and what is read as one.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{of, shown};
use crate::given::Acme;
use crate::novu_given::refused_members;

/// Members that are true or false, with a provider that has each.
const SWITCHES: [&str; 5] = ["secure", "requireTls", "ignoreTls", "hmac", "authenticateByToken"];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn true_and_false_may_be_written_as_text(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for member in SWITCHES {
        for (sent, kept) in
            [(json!("true"), true), (json!("false"), false), (json!(true), true), (json!(false), false)]
        {
            let shown = shown(&novu, "nodemailer", "email", json!({ member: sent })).await?;
            assert_eq!(shown, json!({ member: kept }));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_switch_is_nothing_else(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for member in SWITCHES {
        let path = format!("credentials.{member}");
        for wrong in [json!("TRUE"), json!("yes"), json!(""), json!(1), json!(0), json!([]), json!({})] {
            let answer = novu.create(&of("nodemailer", "email", json!({ member: wrong }))).await?;
            refused_members(&answer, &[&path]);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_number_is_written_as_text(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (sent, kept) in [
        (json!(587), "587"),
        (json!(0), "0"),
        (json!(-1), "-1"),
        (json!(5.5), "5.5"),
        (json!(9_007_199_254_740_993_u64), "9007199254740993"),
        (json!("0587"), "0587"),
    ] {
        let as_id = shown(&novu, "one-signal", "push", json!({ "applicationId": sent })).await?;
        assert_eq!(as_id, json!({ "applicationId": kept }));
    }
    for port in [json!(587), json!("587")] {
        let shown = shown(&novu, "nodemailer", "email", json!({ "port": port })).await?;
        assert_eq!(shown, json!({ "port": "587" }));
    }
    let made = acme.revealing_novu().made(&of("sendgrid", "email", json!({ "apiKey": 12_345 }))).await?;
    assert_eq!(made["credentials"], json!({ "apiKey": "12345" }));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_text_is_nothing_else(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for member in ["port", "host", "user", "domain", "from", "apiKey", "password", "webhookUrl"] {
        let path = format!("credentials.{member}");
        for wrong in [json!(true), json!(["a"]), json!({ "a": "b" }), json!([])] {
            let answer = novu.create(&of("nodemailer", "email", json!({ member: wrong }))).await?;
            refused_members(&answer, &[&path]);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tls_options_are_an_object(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let options =
        json!({ "rejectUnauthorized": false, "minVersion": "TLSv1.3", "ca": ["a", "b"], "deep": { "n": 1 } });
    let sent = json!({ "tlsOptions": options });
    assert_eq!(shown(&novu, "nodemailer", "email", sent.clone()).await?, sent);
    let empty = json!({ "tlsOptions": {} });
    assert_eq!(shown(&novu, "nodemailer", "email", empty.clone()).await?, empty);
    for wrong in [json!("{}"), json!(true), json!(7), json!([]), json!([{}])] {
        let answer = novu.create(&of("nodemailer", "email", json!({ "tlsOptions": wrong }))).await?;
        refused_members(&answer, &["credentials.tlsOptions"]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_fault_of_the_credentials_is_said_by_its_path(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let wrong = json!({ "secure": "maybe", "port": [], "tlsOptions": "x", "password": {}, "host": "ok" });
    let paths = ["credentials.secure", "credentials.port", "credentials.tlsOptions", "credentials.password"];
    refused_members(&novu.create(&of("nodemailer", "email", wrong)).await?, &paths);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_text_of_a_provider_is_taken(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    // Which texts a provider knows is not judged when they are stored.
    for (provider, channel, credentials) in [
        ("sendgrid", "email", json!({ "region": "mars", "from": "no address" })),
        ("sinch", "sms", json!({ "region": "" })),
        ("twilio", "sms", json!({ "accountSid": "short", "from": "Acme" })),
        ("nodemailer", "email", json!({ "port": "70000", "host": "smtp" })),
        ("slack", "chat", json!({ "applicationId": "äöü", "redirectUrl": "a path" })),
    ] {
        assert_eq!(shown(&novu, provider, channel, credentials.clone()).await?, credentials);
    }
    Ok(())
}
