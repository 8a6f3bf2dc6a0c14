//! `[[verify]]`: a request that shows whether a connection works.

use std::collections::BTreeMap;

use super::reader::{FromNode, Reading, table};
use super::{Body, Expectation, Headers, Method, Pointer, Rejection};
use crate::template::Template;
use crate::tree::{Node, Path};

/// A request that shows whether a connection works, and what its answers mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Names it among the checks of its entry.
    pub id: String,
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub url: Template,
    /// Its headers, beside those that sign it.
    pub headers: Headers,
    /// The parameters of its query.
    pub query: BTreeMap<String, Template>,
    /// Its body.
    pub body: Body,
    /// It is made only when this field has a value.
    pub skip_unless: Option<String>,
    /// It is made only when this field has no value.
    pub skip_if: Option<String>,
    /// The answer that says yes.
    pub expect: Expectation,
    /// The answers that say no, in the order in which they are tried.
    pub reject: Vec<Rejection>,
    /// Which fields get which values of the answer.
    pub put: BTreeMap<String, Pointer>,
}

impl FromNode for Check {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let id = table.required("id");
            let method = table.required("method");
            let url = table.required("url");
            let headers = table.or_none("headers");
            let query = table.or_none("query");
            let body = Body::take(table);
            let skip_unless = table.optional("skip_unless");
            let skip_if = table.optional("skip_if");
            let expect = table.required("expect");
            let reject = table.or_none("reject");
            let put = table.or_none("put");
            Some(Self {
                id: id?,
                method: method?,
                url: url?,
                headers,
                query,
                body,
                skip_unless,
                skip_if,
                expect: expect?,
                reject,
                put,
            })
        })
    }
}
