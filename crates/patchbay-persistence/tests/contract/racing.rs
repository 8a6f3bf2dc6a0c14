//! Commits that are made at once.

use patchbay_domain::{Changes, RepositoryError, UnitOfWork};
use tokio::task::JoinHandle;

use crate::fixtures::{Store, Tenant};

pub type Commit = JoinHandle<Result<(), RepositoryError>>;

/// Begins a commit of these changes.
pub fn begin(store: &Store, tenant: &Tenant, changes: Changes) -> Commit {
    let (work, scope) = (store.work.clone(), tenant.scope);
    tokio::spawn(async move { work.commit(&scope, changes).await })
}

/// How many were stored; all others must be stale.
pub async fn winners(commits: Vec<Commit>) -> usize {
    let mut won = 0;
    for commit in commits {
        match commit.await.unwrap() {
            Ok(()) => won += 1,
            Err(RepositoryError::Stale) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    won
}
