//! `patchbay audit …`

use super::documents::EventDocument;
use crate::cli::AuditCommand;
use crate::output;
use crate::wiring::Installation;

pub async fn run(installation: &Installation, command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::List { organisation, since, limit } = command;
    let operator = installation.act_for_organisation().run(organisation).await?;
    let newest = installation.list_events().run(&operator, since, limit).await?;
    output::document(&newest.iter().map(EventDocument::from).collect::<Vec<_>>())
}
