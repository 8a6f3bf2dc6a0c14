//! The same request many times at once.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use crate::given::{Acme, an_integration, every};
use crate::twins::of_64_at_once_one_counts;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_64_at_once_one_has_its_effect_and_others_are_served_meanwhile(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let create = |name: &str| acme.telex.request("POST", "").json(&an_integration(name));
    let in_progress = "request in progress";
    of_64_at_once_one_counts(
        201,
        || create("a"),
        |number| create(&format!("other {number}")),
        |answer| answer.json()["error"] == in_progress,
    )
    .await?;
    assert_eq!(every(&acme.telex.list().await?, "app_name").iter().filter(|name| *name == "a").count(), 1);
    Ok(())
}
