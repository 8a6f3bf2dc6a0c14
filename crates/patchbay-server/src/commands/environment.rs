//! `patchbay environment …`

use anyhow::Context;

use super::documents::EnvironmentDocument;
use super::not_made;
use crate::cli::EnvironmentCommand;
use crate::output;
use crate::wiring::Installation;

pub async fn run(installation: &Installation, command: EnvironmentCommand) -> anyhow::Result<()> {
    match command {
        EnvironmentCommand::Create { organisation, name, id } => {
            let operator = installation.act_for_organisation().run(organisation).await?;
            let made = installation.create_environment().run(&operator, name, id).await;
            let made = made.with_context(|| not_made("environment", id))?;
            output::document(&EnvironmentDocument::from(&made))
        }
        EnvironmentCommand::List { organisation } => {
            let operator = installation.act_for_organisation().run(organisation).await?;
            let all = installation.list_environments().run(&operator).await?;
            output::document(&all.iter().map(EnvironmentDocument::from).collect::<Vec<_>>())
        }
    }
}
