//! A kill between the request and its repetition.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use super::{expect_same, named};
use crate::given::{Acme, an_integration};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_replay_after_a_kill_is_the_first_answer_byte_for_byte(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let first = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201);
    acme.service.server_mut().kill9().await?;
    acme.service.restart().await?;
    let telex = acme.service.telex("", &acme.tenant, &acme.key);
    expect_same(&first, &named(&telex, "once", "POST", "", &an_integration("a")).await?);
    Ok(())
}
