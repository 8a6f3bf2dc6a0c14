//! What was granted stays fresh, in however many processes, and whenever one is killed.

use anyhow::Result;
use patchbay_tests::{Backend, eventually};
use rstest::rstest;

use super::{Connecting, expect_page};

/// A time that is over.
const LONG_AGO: &str = "'2020-01-01 00:00:00'";

impl Connecting {
    /// A shop that was connected by what is called `choice` on its page.
    async fn connected_shop(&self, choice: &str) -> Result<String> {
        let id = self.shop().await?;
        let shown = self.browser().choose(&self.link(&id).await?, choice).await?;
        drop(expect_page(shown, 200, "Connected"));
        Ok(id)
    }

    /// Has it be the turn of every grant, and whoever is at it be gone.
    fn let_time_pass(&self) -> Result<()> {
        self.acme.service.database().execute(&format!(
            "UPDATE token_refreshes SET due_at = {LONG_AGO} WHERE due_at IS NOT NULL; \
             UPDATE token_refreshes SET leased_until = {LONG_AGO} WHERE leased_until IS NOT NULL;"
        ))
    }

    /// How often the provider was asked for tokens.
    async fn token_calls(&self) -> Result<u64> {
        let calls = self.sandbox.calls().await?;
        let token = calls.iter().filter(|call| call.step.as_deref() == Some("token"));
        Ok(token.map(|call| call.count).sum())
    }

    /// Waits until tokens were asked for this often.
    async fn until_asked(&self, times: u64) -> Result<()> {
        eventually("another request for tokens", async || Ok(self.token_calls().await? >= times)).await
    }

    /// What the column says of every refresh, as text.
    fn stored(&self, column: &str) -> Result<Vec<String>> {
        let text =
            format!("SELECT CAST({column} AS TEXT) AS text FROM token_refreshes WHERE {column} IS NOT NULL");
        self.acme.service.database().texts(&text)
    }

    /// Waits until nobody is at it.
    async fn until_settled(&self) -> Result<()> {
        eventually("the end of a refresh", async || Ok(self.stored("leased_until")?.is_empty())).await
    }

    async fn class(&self, id: &str) -> Result<String> {
        Ok(self.health(id).await?["class"].as_str().unwrap_or_default().to_owned())
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_two_processes_one_asks_for_tokens_when_it_is_time(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let mut beside = connecting.acme.service.beside().await?;
    connecting.connected_shop("allow").await?;
    for times in 2..=5 {
        connecting.let_time_pass()?;
        connecting.until_asked(times).await?;
        connecting.until_settled().await?;
        assert_eq!(connecting.token_calls().await?, times);
    }
    // The exchange, and what it was followed by.
    assert_eq!(connecting.recorded("credential.changed").await?, 5);
    beside.terminate().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_process_that_is_killed_while_the_provider_thinks_loses_nothing(
    #[case] backend: Backend,
) -> Result<()> {
    let mut connecting = Connecting::on(backend).await?;
    let id = connecting.connected_shop("refresh-hang").await?;
    connecting.let_time_pass()?;
    connecting.until_asked(2).await?;
    let attempts = connecting.stored("attempt_at")?;
    assert_eq!(attempts.len(), 1, "it is written down before the provider is asked");
    connecting.acme.service.server_mut().kill9().await?;
    connecting.acme.service.restart().await?;
    connecting.let_time_pass()?;
    connecting.until_asked(3).await?;
    assert_eq!(connecting.stored("attempt_at")?, attempts, "it is the same attempt");
    assert_eq!(connecting.health(&id).await?["state"], "valid", "the token before is still good");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_answer_that_was_never_kept_is_made_up_for(#[case] backend: Backend) -> Result<()> {
    let mut connecting = Connecting::on(backend).await?;
    let id = connecting.connected_shop("allow").await?;
    let database = connecting.acme.service.database();
    database.execute("CREATE TABLE kept_tokens AS SELECT id, grant_tokens FROM integrations")?;
    connecting.let_time_pass()?;
    connecting.until_asked(2).await?;
    connecting.until_settled().await?;
    connecting.acme.service.server_mut().kill9().await?;
    // As if that had been before it was saved: the provider has given tokens that nobody has.
    let database = connecting.acme.service.database();
    database.execute(
        "UPDATE integrations SET grant_tokens = (SELECT kept_tokens.grant_tokens FROM kept_tokens \
         WHERE kept_tokens.id = integrations.id); DROP TABLE kept_tokens;",
    )?;
    connecting.acme.service.restart().await?;
    connecting.let_time_pass()?;
    connecting.until_asked(3).await?;
    connecting.until_settled().await?;
    assert_eq!(connecting.recorded("credential.invalid").await?, 0);
    assert_eq!(connecting.health(&id).await?["state"], "valid");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_process_that_is_killed_once_all_is_saved_asks_for_nothing_again(
    #[case] backend: Backend,
) -> Result<()> {
    let mut connecting = Connecting::on(backend).await?;
    connecting.connected_shop("allow").await?;
    connecting.let_time_pass()?;
    connecting.until_asked(2).await?;
    connecting.until_settled().await?;
    connecting.acme.service.server_mut().kill9().await?;
    connecting.acme.service.restart().await?;
    // Somebody else's turn has come and gone: it was not that of the first one.
    connecting.connected_shop("allow").await?;
    assert_eq!(connecting.token_calls().await?, 3);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_over_is_told_and_asked_for_no_more_until_it_is_connected_anew(
    #[case] backend: Backend,
) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let id = connecting.connected_shop("refresh-dead").await?;
    connecting.let_time_pass()?;
    eventually("the end", async || Ok(connecting.class(&id).await? == "reconnect_needed")).await?;
    assert_eq!(connecting.health(&id).await?["state"], "broken");
    assert_eq!(connecting.recorded("credential.invalid").await?, 1);
    assert!(connecting.stored("due_at")?.is_empty(), "it is nobody's turn any more");
    // Whoever asks is told so, and the provider is not bothered with it.
    let asked = connecting.token_calls().await?;
    let verified = connecting.acme.patchbay().verifying(&id).send().await?.expect_status(200);
    assert_eq!(verified.json()["health"]["class"], "reconnect_needed", "{verified}");
    assert_eq!(connecting.token_calls().await?, asked);
    let shown = connecting.browser().choose(&connecting.link(&id).await?, "allow").await?;
    drop(expect_page(shown, 200, "Connected"));
    assert_eq!(connecting.health(&id).await?["state"], "valid");
    assert_eq!(connecting.stored("due_at")?.len(), 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_that_is_out_of_order_is_asked_again_later(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    for (choice, class) in [("refresh-500", "provider_unreachable"), ("refresh-429", "throttled")] {
        let id = connecting.connected_shop(choice).await?;
        connecting.let_time_pass()?;
        eventually(class, async || Ok(connecting.class(&id).await? == class)).await?;
        assert_eq!(connecting.health(&id).await?["state"], "valid", "the token before is still good");
        drop(connecting.acme.aloochat().delete(&id).await?.expect_status(200));
    }
    assert_eq!(connecting.recorded("credential.invalid").await?, 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_answer_without_another_token_to_refresh_with_keeps_the_old_one(
    #[case] backend: Backend,
) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    connecting.connected_shop("refresh-empty-refresh").await?;
    for times in 2..=3 {
        connecting.let_time_pass()?;
        connecting.until_asked(times).await?;
        connecting.until_settled().await?;
    }
    assert_eq!(connecting.recorded("credential.changed").await?, 3);
    Ok(())
}
