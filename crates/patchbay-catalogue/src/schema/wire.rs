//! `[wire]`: under which names dialects offer a provider.

use super::reader::{FromNode, Reading, choice, table};
use crate::tree::{Node, Path};

/// The dialects, as entries name them.
pub const DIALECTS: [&str; 5] = ["telex", "aloochat", "isao", "hubster", "novu"];

choice! {
    /// The part that an integration plays in a conversation.
    Role {
        /// It speaks with customers.
        Customer = "Customer",
        /// It speaks with agents.
        Agent = "Agent",
        /// It is a bot.
        Bot = "Bot",
        /// It listens.
        System = "System",
    }
}

/// How one dialect offers a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The dialect.
    pub dialect: String,
    /// What the provider is called there.
    pub name: String,
    /// Its place in the dialect's list; those without one come last, by name.
    pub position: Option<u32>,
    /// The number by which some answers name it.
    pub number: Option<u32>,
    /// The part that its integrations play.
    pub role: Option<Role>,
    /// Whether the configuration stays as it was when the integration was made.
    pub is_locked: bool,
    /// What the main token is called.
    pub token: Option<String>,
    /// The object that may carry tokens which the caller has already.
    pub tokens_at: Option<String>,
    /// The field that is shown as the id on the provider's side.
    pub inbound_id: Option<String>,
}

/// One dialect's part, without the dialect.
impl FromNode for Wire {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let name = table.required("name");
            let wire = Self {
                dialect: String::new(),
                name: String::new(),
                position: table.optional("position"),
                number: table.optional("number"),
                role: table.optional("role"),
                is_locked: table.or_none("locked"),
                token: table.optional("token"),
                tokens_at: table.optional("tokens_at"),
                inbound_id: table.optional("inbound_id"),
            };
            Some(Self { name: name?, ..wire })
        })
    }
}
