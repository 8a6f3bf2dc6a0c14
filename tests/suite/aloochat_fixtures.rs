//! The pairs of request and answer that AlooChat was written from, each in a company of its own.

use anyhow::Result;
use patchbay_tests::{ALOOCHAT_PREFIX, AlooChat, Answer, Backend, Service, Tenant, aloochat_fixture};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::UNKNOWN_ID;

/// A company that has nothing yet.
struct Play {
    service: Service,
    tenant: Tenant,
    key: String,
}

impl Play {
    async fn on(backend: Backend) -> Result<Self> {
        let service = Service::on(backend).await?;
        let tenant = service.organisation("a company").await?;
        let key = tenant.key_with(&["--preset", "aloochat"]).await?.text;
        Ok(Self { service, tenant, key })
    }

    /// Plays a fixture about the integration `id` with this key.
    async fn fixture_with(&self, name: &str, id: &str, key: &str) -> Result<Answer> {
        let present = |request: patchbay_tests::Request| request.header("x-api-key", key);
        let places = [("{id}", id)];
        aloochat_fixture(name)?.play(&self.service.http(), ALOOCHAT_PREFIX, &places, present).await
    }

    async fn fixture_about(&self, name: &str, id: &str) -> Result<Answer> {
        self.fixture_with(name, id, &self.key).await
    }

    async fn fixture(&self, name: &str) -> Result<Answer> {
        self.fixture_about(name, UNKNOWN_ID).await
    }

    /// Plays AC-02, and answers the id of what it makes.
    async fn shop(&self) -> Result<String> {
        Ok(self.fixture("AC-02").await?.text_of("id"))
    }

    fn aloochat(&self) -> AlooChat {
        self.service.aloochat(&self.key)
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_01_lists_what_there_is(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let shop = play.shop().await?;
    let linked = json!({ "agent_id": "456e7890-e89b-12d3-a456-426614174001" });
    drop(play.aloochat().update(&shop, &linked).await?.expect_status(200));
    play.fixture("AC-03").await?;
    let listed = play.fixture("AC-01").await?;
    assert_eq!(
        (&listed.json()[0]["id"], &listed.json()[0]["company_id"]),
        (&json!(shop), &json!(play.tenant.id))
    );
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_02_to_04_and_09_to_11_add_integrations(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    for (name, secrets) in [
        ("AC-02", json!(["access_token"])),
        ("AC-03", json!(["api_token"])),
        ("AC-04", json!([])),
        ("AC-09", json!(["access_token"])),
        ("AC-10", json!(["credentials"])),
        ("AC-11", json!(["auth_token"])),
    ] {
        let made = play.fixture(name).await?;
        let id = made.text_of("id");
        assert_eq!(made.header("location"), format!("/api/public/integrations/{id}"), "{name}");
        assert_eq!(json!(play.aloochat().secret_keys(&id).await?), secrets, "{name}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_05_shows_an_integration(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let shop = play.shop().await?;
    assert_eq!(play.fixture_about("AC-05", &shop).await?.text_of("id"), shop);
    drop(play.fixture_about("AC-05", &shop.to_uppercase()).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_06_changes_an_integration_and_leaves_its_secret(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let shop = play.shop().await?;
    // The host of the shop is fixed to one suffix: its secret cannot leave it.
    drop(play.fixture_about("AC-06", &shop).await?);
    assert_eq!(play.aloochat().secret_keys(&shop).await?, ["access_token"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_07_deletes_an_integration(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    let shop = play.shop().await?;
    drop(play.fixture_about("AC-07", &shop).await?);
    assert_eq!(play.aloochat().list("").await?.json(), Value::Array(Vec::new()));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_08_lists_the_types(#[case] backend: Backend) -> Result<()> {
    drop(Play::on(backend).await?.fixture("AC-08").await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ac_e1_to_e5_are_refusals(#[case] backend: Backend) -> Result<()> {
    let play = Play::on(backend).await?;
    for name in ["AC-E1", "AC-E2", "AC-E3", "AC-E4"] {
        drop(play.fixture(name).await?);
    }
    let shop = play.shop().await?;
    let reader = play.tenant.key(&["integrations:read"]).await?;
    drop(play.fixture_with("AC-E5", &shop, &reader.text).await?);
    drop(play.fixture_about("AC-05", &shop).await?);
    Ok(())
}
