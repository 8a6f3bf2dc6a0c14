//! `[disconnect]`: how what was granted is given back.

use super::reader::{FromNode, Reading, table};
use super::{AnswerMatch, Body, BodyTest, ClientAuth, Headers, Method};
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
    /// How the application says who it is. Where nothing is said, the request is signed as any
    /// other is, unless it names the token in its own place.
    pub client_auth: Option<ClientAuth>,
    /// Its body.
    pub body: Body,
    /// What holds for the body of a good answer, beside its status.
    pub ok: Vec<BodyTest>,
    /// The answers that say that it is over already.
    pub ended: Vec<AnswerMatch>,
}

impl Disconnect {
    /// Whether the request names one of the tokens that it ends.
    #[must_use]
    pub fn names_token(&self) -> bool {
        let is_token = |name: &str| matches!(name, "token" | "refresh_token");
        let in_headers = self.headers.0.values().flat_map(Template::names).any(is_token);
        in_headers || self.body.templates().into_iter().flat_map(Template::names).any(is_token)
    }
}

impl FromNode for Disconnect {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let method = table.required("method");
            let url = table.required("url");
            let headers = table.or_none("headers");
            let client_auth = table.optional("client_auth");
            let body = Body::take(table);
            let ok = table.or_none("ok");
            let ended = table.or_none("ended");
            Some(Self { method: method?, url: url?, headers, client_auth, body, ok, ended })
        })
    }
}
