//! `[identity]`: what tells the accounts of a provider apart.

use super::reader::{FromNode, Reading, table};
use crate::template::Template;
use crate::tree::{Node, Path};

/// What tells the accounts of a provider apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The fields that together name an account; none where nothing does.
    pub account: Vec<String>,
    /// What a connection is called where nobody names it.
    pub label: Option<Template>,
}

impl FromNode for Identity {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            Some(Self { account: table.or_none("account"), label: table.optional("label") })
        })
    }
}
