//! `patchbay dev`: everything for a first try on one machine.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, anyhow};
use patchbay_application::operator::{CreatedKey, NewKey};
use patchbay_crypto::{generate_master_key, master_key_entry};
use patchbay_domain::{ApiKeyName, KeyKind, Organisation, OrganisationName, Permissions};
use secrecy::ExposeSecret;

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
    let service = Service::prepare(settings, folder).await?;
    let demo = match demo(service.installation()).await {
        Ok(demo) => demo,
        Err(refusal) => {
            service.installation().close().await;
            return Err(refusal);
        }
    };
    service.run(|address| output::print(&welcome(address, &demo, place))).await
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
    /// Only when it has just been made.
    key: Option<CreatedKey>,
}

/// The first organisation; where there is none, a new one with a key that may do everything.
async fn demo(installation: &Installation) -> anyhow::Result<Demo> {
    let oldest = installation.list_organisations().run().await?.into_iter().next();
    if let Some(organisation) = oldest {
        return Ok(Demo { organisation, key: None });
    }
    let organisation = installation.create_organisation().run(OrganisationName::parse(DEMO)?, None).await?;
    let operator = installation.act_for_organisation().run(organisation.id).await?;
    let new = NewKey {
        name: ApiKeyName::parse(DEMO)?,
        kind: KeyKind::Generic,
        environment: None,
        permissions: Permissions::all(),
        expires_in: None,
    };
    let key = installation.create_key().run(&operator, new).await?;
    Ok(Demo { organisation, key: Some(key) })
}

fn welcome(address: SocketAddr, demo: &Demo, place: &Place) -> String {
    let Organisation { id, name, .. } = &demo.organisation;
    let base = format!("http://{address}");
    let mut text = format!("\nPatchbay listens on {base}\n\n  organisation  {id}  ({name})\n");
    match &demo.key {
        Some(created) => {
            let key = created.text.expose_secret();
            text += &format!("  key           {key}\n\nThe key is shown this once. ");
            text += &telex_lines(&format!("{base}/api/v1/organisations/{id}/integrations"), key);
        }
        None => {
            text += "\nIts keys were shown when they were made. Another one:\n\n";
            text += &format!("  {}\n\n", another_key(&demo.organisation, place));
        }
    }
    text + "Ctrl-C stops it.\n\n"
}

/// Lines for a shell that use the Telex API, in an order in which each one works.
fn telex_lines(url: &str, key: &str) -> String {
    let curl = format!("curl -sS -H 'Authorization: Bearer {key}'");
    let json = "-H 'Content-Type: application/json'";
    format!(
        "To try the Telex API, paste into another terminal:\n\n\
         # create an integration\n\
         {curl} {json} -d '{{\"name\":\"Shop\",\"json_url\":\"https://shop.example/app.json\",\"auth_credential\":\"a-very-secret-token\"}}' '{url}'\n\
         # list all of them\n\
         {curl} '{url}'\n\
         # take the id of the newest one\n\
         id=$({curl} '{url}' | sed -n 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/p'); echo \"$id\"\n\
         # get it, change it, delete it\n\
         {curl} \"{url}/$id\"\n\
         {curl} {json} -X PATCH -d '{{\"is_active\":false}}' \"{url}/$id\"\n\
         {curl} -X DELETE \"{url}/$id\"\n\n"
    )
}

/// The command that makes another key, for a shell.
fn another_key(organisation: &Organisation, place: &Place) -> String {
    let mut command = "patchbay key create".to_owned();
    if let Some(file) = &place.config {
        command += &format!(" --config {}", quoted(file));
    }
    command += &format!(" --data-dir {}", quoted(&place.data_dir));
    format!("{command} --organisation {} --name another --all-permissions", organisation.id)
}

/// A path as one word for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
