//! How tokens are got: the keys that the kinds of OAuth share.

use std::collections::BTreeMap;

use super::reader::{FromNode, Reading, TableReader, choice, table};
use super::{Assertion, AuthType, BodyTest, Headers, Pointer, Refresh, Rejection, TokenReason};
use crate::template::Template;
use crate::tree::{Node, Path};

choice! {
    /// How an application says who it is.
    ClientAuth {
        /// In the header of HTTP Basic.
        Basic = "basic",
        /// Among the parameters.
        Body = "body",
    }
}

choice! {
    /// How parameters are written in a body.
    BodyFormat {
        /// As a form.
        Form = "form",
        /// As a JSON object.
        Json = "json",
    }
}

choice! {
    /// Whether a code can be used by who asked for it alone.
    Pkce {
        /// It can, by SHA-256.
        S256 = "s256",
        /// It cannot.
        Off = "off",
    }
}

choice! {
    /// How granted scopes are held against those that were asked for.
    ScopeCheck {
        /// All that the entry names must be granted; else the connection is degraded.
        AllDefault = "all_default",
    }
}

choice! {
    /// A check of what comes back with the browser, written once and named by entries.
    CallbackCheckKind {
        /// A parameter is the HMAC-SHA256 of all others, sorted and joined, in hex.
        HmacSha256HexQuery = "hmac_sha256_hex_query",
    }
}

/// A check of what comes back with the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackCheck {
    /// Which.
    pub kind: CallbackCheckKind,
    /// The parameter that proves the others.
    pub param: String,
    /// What it is made with.
    pub secret: Template,
}

/// Where in an answer the parts of a grant are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenPointers {
    /// The access token.
    pub access_token: Option<Pointer>,
    /// The refresh token.
    pub refresh_token: Option<Pointer>,
    /// How many seconds the access token lives.
    pub expires_in: Option<Pointer>,
    /// How many seconds the refresh token lives.
    pub refresh_expires_in: Option<Pointer>,
    /// The scopes that were granted.
    pub scope: Option<Pointer>,
}

/// How tokens are got.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Where people are sent to; a code alone needs it.
    pub authorize_url: Option<Template>,
    /// Where tokens come from.
    pub token_url: Template,
    /// How the application says who it is.
    pub client_auth: ClientAuth,
    /// How the parameters are written.
    pub body: BodyFormat,
    /// What stands between scopes.
    pub scope_separator: String,
    /// The scopes that are asked for.
    pub scopes: Vec<String>,
    /// Further lists of scopes, by their parameters.
    pub scope_params: BTreeMap<String, Vec<String>>,
    /// How granted scopes are held against these.
    pub scope_check: Option<ScopeCheck>,
    /// Whether a code can be used by who asked for it alone.
    pub pkce: Pkce,
    /// What the address that people are sent to has beside the usual.
    pub authorize_params: BTreeMap<String, Template>,
    /// What an exchange sends beside the usual.
    pub token_params: BTreeMap<String, Template>,
    /// The headers of exchanges and refreshes.
    pub token_headers: Headers,
    /// What holds for the body of a good answer, beside its status.
    pub ok: Vec<BodyTest>,
    /// Where the provider's word for an error is.
    pub error_at: Option<Pointer>,
    /// The answers that say no, in the order in which they are tried.
    pub reject: Vec<Rejection<TokenReason>>,
    /// Where the parts of a grant are.
    pub read: TokenPointers,
    /// Which fields get which values of the answer.
    pub put: BTreeMap<String, Pointer>,
    /// How what comes back with the browser is checked.
    pub callback_check: Option<CallbackCheck>,
    /// Which parameters must come back with the value of which field.
    pub callback_same: BTreeMap<String, String>,
    /// The statement that is exchanged, where one is.
    pub assertion: Option<Assertion>,
    /// How tokens are replaced before they end.
    pub refresh: Option<Refresh>,
}

impl Exchange {
    /// Takes the members of an exchange among those of a method of that type.
    pub(super) fn take(table: &mut TableReader<'_, '_, '_>, auth_type: AuthType) -> Option<Self> {
        let token_url = table.required("token_url");
        let read: Option<TokenPointers> = table.required("read");
        let exchange = Self {
            authorize_url: None,
            token_url: Template::default(),
            client_auth: table.optional("client_auth").unwrap_or(ClientAuth::Body),
            body: table.optional("body").unwrap_or(BodyFormat::Form),
            scope_separator: table.optional("scope_separator").unwrap_or_else(|| " ".to_owned()),
            scopes: table.or_none("scopes"),
            scope_params: table.or_none("scope_params"),
            scope_check: table.optional("scope_check"),
            pkce: Pkce::Off,
            authorize_params: BTreeMap::new(),
            token_params: table.or_none("token_params"),
            token_headers: table.or_none("token_headers"),
            ok: table.or_none("ok"),
            error_at: table.optional("error_at"),
            reject: table.or_none("reject"),
            read: read.unwrap_or_default(),
            put: table.or_none("put"),
            callback_check: None,
            callback_same: BTreeMap::new(),
            assertion: None,
            refresh: table.optional("refresh"),
        };
        let exchange = match auth_type {
            AuthType::OAuth2Code => exchange.with_code(table)?,
            AuthType::JwtBearer => Self { assertion: Some(table.required("assertion")?), ..exchange },
            _ => exchange,
        };
        Some(Self { token_url: token_url?, ..exchange })
    }

    fn with_code(self, table: &mut TableReader<'_, '_, '_>) -> Option<Self> {
        let authorize_url = table.required("authorize_url");
        let pkce = table.required("pkce");
        let code = Self {
            authorize_params: table.or_none("authorize_params"),
            callback_check: table.optional("callback_check"),
            callback_same: table.or_none("callback_same"),
            ..self
        };
        Some(Self { authorize_url: Some(authorize_url?), pkce: pkce?, ..code })
    }
}

impl FromNode for TokenPointers {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            Some(Self {
                access_token: table.required("access_token"),
                refresh_token: table.optional("refresh_token"),
                expires_in: table.optional("expires_in"),
                refresh_expires_in: table.optional("refresh_expires_in"),
                scope: table.optional("scope"),
            })
        })
    }
}

impl FromNode for CallbackCheck {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let kind = table.required("kind");
            let param = table.required("param");
            let secret = table.required("secret");
            Some(Self { kind: kind?, param: param?, secret: secret? })
        })
    }
}
