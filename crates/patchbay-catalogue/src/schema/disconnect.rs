//! `[disconnect]`: how what was granted is given back.

use super::reader::{FromNode, Reading, table};
use super::{Body, ClientAuth, Headers, Method};
use crate::template::Template;
use crate::tree::{Node, Path};

/// The request that gives back what was granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Disconnect {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub url: Template,
    /// Its headers.
    pub headers: Headers,
    /// How the application says who it is; as any other request is signed where nothing is
    /// said.
    pub client_auth: Option<ClientAuth>,
    /// Its body.
    pub body: Body,
}

impl FromNode for Disconnect {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let method = table.required("method");
            let url = table.required("url");
            let headers = table.or_none("headers");
            let client_auth = table.optional("client_auth");
            let body = Body::take(table);
            Some(Self { method: method?, url: url?, headers, client_auth, body })
        })
    }
}
