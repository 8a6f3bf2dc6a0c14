//! `patchbay organisation …`

use anyhow::Context;

use super::documents::OrganisationDocument;
use super::not_made;
use crate::cli::OrganisationCommand;
use crate::output;
use crate::wiring::Installation;

pub async fn run(installation: &Installation, command: OrganisationCommand) -> anyhow::Result<()> {
    match command {
        OrganisationCommand::Create { name, id } => {
            let made = installation.create_organisation().run(name, id).await;
            let made = made.with_context(|| not_made("organisation", id))?;
            output::document(&OrganisationDocument::from(&made))
        }
        OrganisationCommand::List => {
            let all = installation.list_organisations().run().await?;
            output::document(&all.iter().map(OrganisationDocument::from).collect::<Vec<_>>())
        }
    }
}
