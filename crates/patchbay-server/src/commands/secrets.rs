//! `patchbay secrets …`

use anyhow::{anyhow, bail};
use patchbay_crypto::{KeyRing, generate_master_key};

use super::documents::{MasterKeyDocument, RotationDocument, VerificationDocument};
use crate::output;
use crate::wiring::Installation;

pub fn generate_key() -> anyhow::Result<()> {
    let (id, key) = generate_master_key().map_err(|error| anyhow!(error).context("no key can be made"))?;
    output::document(&MasterKeyDocument::of(&id, &key))
}

pub async fn rotate(installation: &Installation, keys: KeyRing) -> anyhow::Result<()> {
    let vault = installation.vault(keys).await?;
    let rotated = installation.rotate_secrets(vault).run().await?;
    output::document(&RotationDocument::from(rotated))
}

pub async fn verify(installation: &Installation, keys: KeyRing) -> anyhow::Result<()> {
    let verified = installation.verify_secrets(keys).run().await?;
    output::document(&VerificationDocument::from(&verified))?;
    match verified.failed.len() {
        0 => Ok(()),
        failed => bail!("sealed values that do not open: {failed}"),
    }
}
