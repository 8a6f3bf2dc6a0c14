//! Every template of an entry, and what it is for.

use std::collections::BTreeMap;

use crate::schema::{
    Assertion, AuthMethod, BasicSign, Body, Check, Disconnect, Entry, Exchange, Headers, NamedSign, Sign,
};
use crate::template::Template;
use crate::tree::Path;

/// What a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An address.
    Address,
    /// A parameter of an address.
    Parameter,
    /// A header, or a part of a body.
    Hidden,
    /// Text for people.
    Label,
}

/// A template where it stands.
#[derive(Clone, Debug)]
pub struct Use<'e> {
    pub at: Path,
    pub template: &'e Template,
    pub purpose: Purpose,
}

/// Every template of an entry.
pub fn uses(entry: &Entry) -> Vec<Use<'_>> {
    let mut found = Found(Vec::new());
    for (index, method) in entry.auth.iter().enumerate() {
        found.method(method, &Path::root().key("auth").item(index, Some(&method.id)));
    }
    for (index, check) in entry.checks.iter().enumerate() {
        found.check(check, &Path::root().key("verify").item(index, Some(&check.id)));
    }
    if let Some(disconnect) = &entry.disconnect {
        found.disconnect(disconnect, &Path::root().key("disconnect"));
    }
    if let Some(label) = &entry.identity.label {
        found.add(Path::root().key("identity").key("label"), label, Purpose::Label);
    }
    found.0
}

struct Found<'e>(Vec<Use<'e>>);

impl<'e> Found<'e> {
    fn add(&mut self, at: Path, template: &'e Template, purpose: Purpose) {
        self.0.push(Use { at, template, purpose });
    }

    fn maybe(&mut self, at: Path, template: Option<&'e Template>, purpose: Purpose) {
        if let Some(template) = template {
            self.add(at, template, purpose);
        }
    }

    fn map(&mut self, at: &Path, map: &'e BTreeMap<String, Template>, purpose: Purpose) {
        for (name, template) in map {
            self.add(at.key(name), template, purpose);
        }
    }

    fn headers(&mut self, at: &Path, headers: &'e Headers) {
        self.map(at, &headers.0, Purpose::Hidden);
    }

    fn body(&mut self, at: &Path, body: &'e Body) {
        match body {
            Body::None => {}
            Body::Json(document) => {
                for template in document.templates() {
                    self.add(at.key("json"), template, Purpose::Hidden);
                }
            }
            Body::Form(form) => self.map(&at.key("form"), form, Purpose::Hidden),
        }
    }

    fn method(&mut self, method: &'e AuthMethod, at: &Path) {
        self.sign(&method.sign, &at.key("sign"));
        if let Some(exchange) = &method.exchange {
            self.exchange(exchange, at);
        }
    }

    fn sign(&mut self, sign: &'e Sign, at: &Path) {
        self.maybe(at.key("bearer"), sign.bearer.as_ref(), Purpose::Hidden);
        match &sign.basic {
            Some(BasicSign::Apart { user, password }) => {
                self.add(at.key("basic").key("user"), user, Purpose::Hidden);
                self.add(at.key("basic").key("password"), password, Purpose::Hidden);
            }
            Some(BasicSign::Pair(pair)) => self.add(at.key("basic").key("pair"), pair, Purpose::Hidden),
            None => {}
        }
        self.headers(&at.key("headers"), &sign.headers);
        self.headers(&at.key("headers_if_set"), &sign.headers_if_set);
        let named = [("header_named", &sign.header_named), ("query_named", &sign.query_named)];
        for (key, NamedSign { value, .. }) in
            named.into_iter().filter_map(|(key, sign)| Some((key, sign.as_ref()?)))
        {
            // A key that goes into the query because its API knows no other way: whoever
            // chooses that is told so, by the method's warning.
            self.add(at.key(key).key("value"), value, Purpose::Hidden);
        }
        // Nor do these APIs know another way, and nobody has a choice.
        self.map(&at.key("query"), &sign.query, Purpose::Hidden);
        self.maybe(at.key("path_prefix"), sign.path_prefix.as_ref(), Purpose::Hidden);
    }

    fn exchange(&mut self, exchange: &'e Exchange, at: &Path) {
        self.maybe(at.key("authorize_url"), exchange.authorize_url.as_ref(), Purpose::Address);
        self.add(at.key("token_url"), &exchange.token_url, Purpose::Address);
        self.map(&at.key("authorize_params"), &exchange.authorize_params, Purpose::Parameter);
        self.map(&at.key("token_params"), &exchange.token_params, Purpose::Hidden);
        self.headers(&at.key("token_headers"), &exchange.token_headers);
        if let Some(check) = &exchange.callback_check {
            self.add(at.key("callback_check").key("secret"), &check.secret, Purpose::Hidden);
        }
        if let Some(Assertion::Given(given)) = &exchange.assertion {
            self.add(at.key("assertion").key("given"), given, Purpose::Hidden);
        }
        if let Some(refresh) = &exchange.refresh {
            self.map(&at.key("refresh").key("params"), &refresh.params, Purpose::Hidden);
        }
    }

    fn check(&mut self, check: &'e Check, at: &Path) {
        self.add(at.key("url"), &check.url, Purpose::Address);
        self.headers(&at.key("headers"), &check.headers);
        self.map(&at.key("query"), &check.query, Purpose::Parameter);
        self.body(at, &check.body);
    }

    fn disconnect(&mut self, disconnect: &'e Disconnect, at: &Path) {
        self.add(at.key("url"), &disconnect.url, Purpose::Address);
        self.headers(&at.key("headers"), &disconnect.headers);
        self.body(at, &disconnect.body);
    }
}
