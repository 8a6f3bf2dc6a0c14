//! `patchbay organisation …`

use super::documents::OrganisationDocument;
use crate::cli::OrganisationCommand;
use crate::output;
use crate::wiring::Installation;

pub async fn run(installation: &Installation, command: OrganisationCommand) -> anyhow::Result<()> {
    match command {
        OrganisationCommand::Create { name, id } => {
            let made = installation.create_organisation().run(name, id).await?;
            output::document(&OrganisationDocument::from(&made))
        }
        OrganisationCommand::List => {
            let all = installation.list_organisations().run().await?;
            output::document(&all.iter().map(OrganisationDocument::from).collect::<Vec<_>>())
        }
    }
}
