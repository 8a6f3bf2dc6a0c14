//! The pairs of request and answer that Novu was written from, each in an organisation of its own.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, NOVU_PREFIX, Novu, Request, Service, Tenant, id_of, novu_fixture};
use rstest::rstest;
use serde_json::json;

use crate::given::UNKNOWN_ID;
use crate::novu_given::push;

/// An organisation that has nothing yet.
struct Play {
    service: Service,
    tenant: Tenant,
    key: String,
}

impl Play {
    async fn on(backend: Backend) -> Result<Self> {
        let service = Service::on(backend).await?;
        let tenant = service.organisation("an organisation").await?;
        let key = tenant.key_with(&["--preset", "novu"]).await?.text;
        Ok(Self { service, tenant, key })
    }

    /// Plays a fixture about the integration `id`.
    async fn fixture_about(&self, name: &str, id: &str) -> Result<Answer> {
        let present = |request: Request| request.header("authorization", format!("ApiKey {}", self.key));
        let places = [("{id}", id)];
        novu_fixture(name)?.play(&self.service.http(), NOVU_PREFIX, &places, present).await
    }

    async fn fixture(&self, name: &str) -> Result<Answer> {
        self.fixture_about(name, UNKNOWN_ID).await
    }

    /// Plays a fixture that makes an integration, and answers its id.
    async fn made(&self, name: &str) -> Result<String> {
        id_of(&self.fixture(name).await?.data())
    }

    fn novu(&self) -> Novu {
        self.service.novu(&self.key)
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_01_and_04_and_05_add_integrations(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    for name in ["NV-01", "NV-04", "NV-05"] {
        let made = play.fixture(name).await?.data();
        assert_eq!(made["_environmentId"], play.tenant.default_environment.as_str(), "{name}");
        assert_eq!(made["_organizationId"], play.tenant.id.as_str(), "{name}");
        let slug = if name == "NV-04" { "custom-smtp-" } else { "sendgrid-" };
        let suffix = made["identifier"].as_str().and_then(|text| text.strip_prefix(slug));
        assert!(
            suffix.is_some_and(|text| text.len() == 9 && text.chars().all(|c| c.is_ascii_alphanumeric()))
        );
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_02_and_03_add_one_once(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let first = play.fixture("NV-02").await?;
    assert_eq!((first.header("idempotency-key"), first.header("idempotency-replay")), ("k-1", ""));
    let again = play.fixture("NV-03").await?;
    assert_eq!((again.header("idempotency-key"), again.header("idempotency-replay")), ("k-1", "true"));
    assert_eq!(first.text, again.text);
    assert_eq!(play.novu().listed("_id").await?.len(), 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_06_makes_one_primary(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let id = play.made("NV-05").await?;
    assert_eq!(play.fixture_about("NV-06", &id).await?.data()["_id"], id.as_str());
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_07_and_08_change_credentials(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let full = play.service.novu(&play.tenant.full_key().await?);
    let id = play.made("NV-02").await?;
    drop(play.fixture_about("NV-08", &id).await?);
    drop(play.fixture_about("NV-07", &id).await?);
    let expected = json!({ "apiKey": "key-1", "user": "u2", "domain": "mg.example.com" });
    assert_eq!(full.found(&id).await?["credentials"], expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_09_deletes_and_nv_10_to_12_show_what_there_is(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let (mail, other) = (play.made("NV-02").await?, play.made("NV-01").await?);
    assert_eq!(play.fixture("NV-10").await?.of_each("_id"), [mail.as_str(), &other]);
    assert_eq!(play.fixture("NV-11").await?.of_each("_id"), [mail.as_str()]);
    assert_eq!(play.fixture_about("NV-12", &mail).await?.data()["_id"], mail.as_str());
    let left = play.fixture_about("NV-09", &other).await?;
    assert_eq!(left.of_each("_id"), [mail.as_str()]);
    drop(play.novu().delete(&other).await?.expect_status(404));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_13_to_17_tell_of_channels_and_environments(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    play.made("NV-02").await?;
    for name in ["NV-13", "NV-14", "NV-15"] {
        drop(play.fixture(name).await?);
    }
    let own = play.fixture("NV-16").await?.data();
    assert_eq!(own["_id"], play.tenant.default_environment.as_str());
    assert_eq!(play.fixture("NV-17").await?.elements(), [own]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nv_e1_to_e8_are_refusals(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    for name in ["NV-E3", "NV-E4", "NV-E6", "NV-E7", "NV-E8"] {
        drop(play.fixture(name).await?);
    }
    play.made("NV-02").await?;
    for name in ["NV-E1", "NV-E2"] {
        drop(play.fixture(name).await?);
    }
    let id = play.novu().created(&push("a")).await?;
    drop(play.fixture_about("NV-E5", &id).await?);
    Ok(())
}
