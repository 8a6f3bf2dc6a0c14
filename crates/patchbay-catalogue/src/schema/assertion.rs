//! `assertion`: what a token is asked for with in a person's stead (RFC 7523).

use std::collections::BTreeMap;

use super::Pointer;
use super::reader::{FromNode, Reading, table};
use crate::template::Template;
use crate::tree::{Node, Path};

/// A signed statement that is exchanged for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// Signed here, with what a document of the owner's says.
    Signed {
        /// The field that holds the document.
        document: String,
        /// Where in it stands who asks.
        issuer: Pointer,
        /// Where in it stands the private key, as PEM.
        key: Pointer,
        /// Where in it stands the name of that key.
        key_id: Option<Pointer>,
        /// Which fields get which of its values.
        put: BTreeMap<String, Pointer>,
    },
    /// Signed by somebody else, and handed over by the owner.
    Given(Template),
}

impl FromNode for Assertion {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            if let Some(given) = table.optional("given") {
                return Some(Self::Given(given));
            }
            let document = table.required("document");
            let issuer = table.required("issuer");
            let key = table.required("key");
            let key_id = table.optional("key_id");
            let put = table.or_none("put");
            Some(Self::Signed { document: document?, issuer: issuer?, key: key?, key_id, put })
        })
    }
}
