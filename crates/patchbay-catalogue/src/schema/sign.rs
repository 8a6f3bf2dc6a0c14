//! `sign`: how requests carry a credential.

use std::collections::BTreeMap;

use super::Headers;
use super::reader::{FromNode, Reading, choice, table};
use crate::template::Template;
use crate::tree::{Node, Path};

/// How requests carry a credential. What is not given is not done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sign {
    /// As a bearer token.
    pub bearer: Option<Template>,
    /// As user and password.
    pub basic: Option<BasicSign>,
    /// In headers.
    pub headers: Headers,
    /// In headers that are left out when a value of theirs is missing.
    pub headers_if_set: Headers,
    /// In the headers of a field of theirs.
    pub headers_map: Option<String>,
    /// In a header whose name is the value of a field.
    pub header_named: Option<NamedSign>,
    /// In a parameter of the query whose name is the value of a field.
    pub query_named: Option<NamedSign>,
    /// In parameters of the query, where an API takes it nowhere else.
    pub query: BTreeMap<String, Template>,
    /// In a segment before the path, where an API takes it nowhere else.
    pub path_prefix: Option<Template>,
    /// Beside a proof that the application knows its secret.
    pub proof: Option<Proof>,
}

/// User and password of HTTP Basic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BasicSign {
    /// Each by itself.
    Apart {
        /// The user.
        user: Template,
        /// The password.
        password: Template,
    },
    /// Both in one text, with a colon between.
    Pair(Template),
}

/// A value under a name that a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSign {
    /// The field that holds the name.
    pub name: String,
    /// The value.
    pub value: Template,
}

choice! {
    /// A proof that is written once and named by entries.
    ProofKind {
        /// Meta's: the parameter `appsecret_proof`, the HMAC of the token under the secret.
        MetaAppsecretProof = "meta_appsecret_proof",
    }
}

/// A proof that the application knows its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Which.
    pub kind: ProofKind,
    /// The field that holds the secret.
    pub secret: String,
    /// Whether it is left out where that field has no value.
    pub is_optional: bool,
}

impl FromNode for BasicSign {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            if let Some(pair) = table.optional("pair") {
                return Some(Self::Pair(pair));
            }
            let user = table.required("user");
            let password = table.required("password");
            Some(Self::Apart { user: user?, password: password? })
        })
    }
}

impl FromNode for NamedSign {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let name = table.required("name");
            let value = table.required("value");
            Some(Self { name: name?, value: value? })
        })
    }
}

impl FromNode for Proof {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let kind = table.required("kind");
            let secret = table.required("secret");
            let is_optional = table.or_none("optional");
            Some(Self { kind: kind?, secret: secret?, is_optional })
        })
    }
}

impl FromNode for Sign {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            Some(Self {
                bearer: table.optional("bearer"),
                basic: table.optional("basic"),
                headers: table.or_none("headers"),
                headers_if_set: table.or_none("headers_if_set"),
                headers_map: table.optional("headers_map"),
                header_named: table.optional("header_named"),
                query_named: table.optional("query_named"),
                query: table.or_none("query"),
                path_prefix: table.optional("path_prefix"),
                proof: table.optional("proof"),
            })
        })
    }
}
