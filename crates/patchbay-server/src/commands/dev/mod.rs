//! `patchbay dev`: everything for a first try on one machine.

mod sandbox;
mod welcome;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use patchbay_application::operator::{CreatedKey, NewKey};
use patchbay_catalogue::ReloadableCatalogue;
use patchbay_crypto::{generate_master_key, master_key_entry};
use patchbay_domain::{ApiKeyName, KeyKind, Organisation, OrganisationName, Permissions};
use secrecy::ExposeSecret;

use crate::catalogue;
use crate::cli::Place;
use crate::files::{create_private_file, create_private_folder};
use crate::output;
use crate::service::Service;
use crate::settings::{MasterKeySource, Settings};
use crate::wiring::Installation;

/// The master key that is made, in the folder of `--data-dir`.
const KEY_FILE: &str = "master.key";
/// What the organisation and its key are called.
const DEMO: &str = "demo";

pub async fn run(mut settings: Settings, place: &Place) -> anyhow::Result<()> {
    let folder = &place.data_dir;
    create_private_folder(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    if matches!(settings.master_keys, MasterKeySource::Missing) {
        let file = folder.join(KEY_FILE);
        make_master_key(&file)?;
        settings.master_keys = MasterKeySource::File(file);
    }
    // A first try has nothing that a migration could surprise.
    settings.database.auto_migrate = true;
    let catalogue = Arc::new(catalogue::open(settings.catalogue.clone())?);
    let sandbox = sandbox::start(&mut settings, &catalogue)?;
    let outcome = serve(settings, catalogue, place, sandbox.url()).await;
    sandbox.stop().await;
    outcome
}

/// Serves, with what a first try needs in the database.
async fn serve(
    settings: Settings,
    catalogue: Arc<ReloadableCatalogue>,
    place: &Place,
    sandbox: &str,
) -> anyhow::Result<()> {
    let service = Service::prepare(settings, catalogue, &place.data_dir).await?;
    let demo = match demo(service.installation()).await {
        Ok(demo) => demo,
        Err(refusal) => {
            service.installation().close().await;
            return Err(refusal);
        }
    };
    service.run(|address| output::print(&welcome::text(address, sandbox, &demo, place))).await
}

fn make_master_key(file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let (id, key) = generate_master_key().map_err(|error| anyhow!(error).context("no key can be made"))?;
    let made =
        create_private_file(file, format!("{}\n", master_key_entry(&id, &key).expose_secret()).as_bytes());
    made.map(drop).with_context(|| format!("the key file {} cannot be made", file.display()))
}

/// Whom the first try is made as.
struct Demo {
    organisation: Organisation,
    /// Its key, when that has just been made.
    key: Option<CreatedKey>,
}

/// The first organisation, or a new one where there is none. One without any key, which may
/// be left of a start that broke off, gets one that may do everything.
async fn demo(installation: &Installation) -> anyhow::Result<Demo> {
    let oldest = installation.list_organisations().run().await?.into_iter().next();
    let organisation = match oldest {
        Some(organisation) => organisation,
        None => installation.create_organisation().run(OrganisationName::parse(DEMO)?, None).await?,
    };
    let operator = installation.act_for_organisation().run(organisation.id).await?;
    if !installation.list_keys().run(&operator).await?.is_empty() {
        return Ok(Demo { organisation, key: None });
    }
    let new = NewKey {
        name: ApiKeyName::parse(DEMO)?,
        kind: KeyKind::Generic,
        environment: None,
        permissions: Permissions::all(),
        requests_per_minute: None,
        expires_in: None,
    };
    let key = installation.create_key().run(&operator, new).await?;
    Ok(Demo { organisation, key: Some(key) })
}
