//! An organisation and its keys, made on the command line.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::CommandLine;

/// An organisation of one installation.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// The environment that it started with.
    pub default_environment: String,
    commands: CommandLine,
}

/// A key of an organisation.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
}

impl Tenant {
    /// Makes an organisation.
    pub async fn create(commands: CommandLine, name: &str) -> Result<Self> {
        let made = commands.json(&["organisation", "create", "--name", name]).await?;
        Ok(Self {
            id: member(&made, "id")?,
            default_environment: member(&made, "default_environment_id")?,
            commands,
        })
    }

    /// Makes another environment and answers its id.
    pub async fn environment(&self, name: &str) -> Result<String> {
        let command = ["environment", "create", "--organisation", &self.id, "--name", name];
        member(&self.commands.json(&command).await?, "id")
    }

    /// Makes a key with these permissions that reaches every environment.
    pub async fn key(&self, permissions: &[&str]) -> Result<ApiKey> {
        self.key_with(&of(permissions)).await
    }

    /// Makes a key with these permissions that is bound to one environment.
    pub async fn key_in_environment(&self, environment: &str, permissions: &[&str]) -> Result<ApiKey> {
        self.key_with(&[&["--environment", environment], of(permissions).as_slice()].concat()).await
    }

    /// Makes a key with every permission that reaches every environment.
    pub async fn full_key(&self) -> Result<String> {
        Ok(self.key_with(&["--all-permissions"]).await?.text)
    }

    /// Makes a key with further options of `patchbay key create`.
    pub async fn key_with(&self, options: &[&str]) -> Result<ApiKey> {
        let command = ["key", "create", "--organisation", &self.id, "--name", "a test's key"];
        let made = self.commands.json(&[command.as_slice(), options].concat()).await?;
        Ok(ApiKey { id: member(&made, "id")?, text: member(&made, "key")? })
    }

    /// Revokes a key.
    pub async fn revoke(&self, key: &ApiKey) -> Result<()> {
        let revoked = self.commands.run(&["key", "revoke", &key.id]).await?;
        drop(revoked.expect_status(0));
        Ok(())
    }
}

fn of<'a>(permissions: &[&'a str]) -> Vec<&'a str> {
    permissions.iter().flat_map(|permission| ["--permission", permission]).collect()
}

fn member(document: &Value, name: &str) -> Result<String> {
    let text = document[name].as_str().with_context(|| format!("no text `{name}` in {document}"))?;
    Ok(text.to_owned())
}
