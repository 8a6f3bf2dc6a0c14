//! Waiting for what another process does in its own time.

use std::time::Duration;

use anyhow::{Result, bail};

/// How often [`eventually`] asks, and how long it waits in between: about ten seconds in
/// all, after which the thing is taken to never happen.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Asks `happened` again and again until it says yes.
///
/// Fails, naming `what`, when it never does.
pub async fn eventually<F>(what: &str, mut happened: impl FnMut() -> F) -> Result<()>
where
    F: Future<Output = Result<bool>>,
{
    for _ in 0..TRIES {
        if happened().await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("it never came to this: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_asks_until_the_answer_is_yes() {
        let mut asked = 0;
        let outcome = eventually("a third try", || {
            asked += 1;
            let yes = asked == 3;
            async move { Ok(yes) }
        });
        outcome.await.unwrap();
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    async fn an_error_ends_the_waiting() {
        let outcome = eventually("nothing", || async { bail!("broken") }).await;
        assert_eq!(outcome.unwrap_err().to_string(), "broken");
    }
}
