//! The same request many times at once.

use std::collections::BTreeSet;

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use super::{is_replay, named};
use crate::given::{Acme, an_integration, every};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_64_at_once_one_has_its_effect_and_others_are_served_meanwhile(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let twins: Vec<_> = (0..64)
        .map(|_| {
            let telex = acme.telex.clone();
            tokio::spawn(async move { named(&telex, "once", "POST", "", &an_integration("a")).await })
        })
        .collect();
    let others: Vec<_> = (0..16)
        .map(|n| {
            let telex = acme.telex.clone();
            tokio::spawn(async move { telex.create(&an_integration(&format!("other {n}"))).await })
        })
        .collect();
    let (mut first, mut bodies) = (0, BTreeSet::new());
    for twin in twins {
        let answer = twin.await??;
        match answer.status {
            201 => {
                first += u32::from(!is_replay(&answer));
                bodies.insert(answer.text.clone());
            }
            409 => assert_eq!(answer.json()["error"], "request in progress", "{answer}"),
            _ => panic!("{answer}"),
        }
    }
    assert_eq!((first, bodies.len()), (1, 1));
    for other in others {
        drop(other.await??.expect_status(201));
    }
    assert_eq!(every(&acme.telex.list().await?, "app_name").iter().filter(|name| *name == "a").count(), 1);
    Ok(())
}
