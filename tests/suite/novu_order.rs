//! Which integration of a channel is the primary one, and in which order the others come.

mod creating;
mod races;
mod setting_primary;
mod updating;

use anyhow::Result;
use patchbay_tests::Novu;

use crate::novu_given::mail;

/// Mail with these names, created in this order; answers their ids.
async fn mails(novu: &Novu, names: &[&str]) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(novu.created(&mail(name)).await?);
    }
    Ok(ids)
}
