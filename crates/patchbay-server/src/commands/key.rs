//! `patchbay key …`

use patchbay_application::operator::NewKey;

use super::documents::{CreatedKeyDocument, KeyDocument};
use crate::cli::{KeyCommand, NewKeyArgs};
use crate::output;
use crate::wiring::Installation;

pub async fn run(installation: &Installation, command: KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create(new) => create(installation, new).await,
        KeyCommand::List { organisation } => {
            let operator = installation.act_for_organisation().run(organisation).await?;
            let all = installation.list_keys().run(&operator).await?;
            output::document(&all.iter().map(KeyDocument::from).collect::<Vec<_>>())
        }
        KeyCommand::Revoke { id } => {
            let revoked = installation.revoke_key().run(id).await?;
            output::document(&KeyDocument::from(&revoked))
        }
    }
}

async fn create(installation: &Installation, new: NewKeyArgs) -> anyhow::Result<()> {
    let operator = installation.act_for_organisation().run(new.organisation).await?;
    let new = NewKey {
        name: new.name,
        kind: new.kind,
        environment: new.environment,
        permissions: new.granted.permissions(),
        requests_per_minute: new.requests_per_minute,
        expires_in: new.expires_in,
    };
    let created = installation.create_key().run(&operator, new).await?;
    output::document(&CreatedKeyDocument::from(&created))
}
