//! `[[auth]]`: the ways in which a connection can be made.

use std::collections::BTreeMap;

use super::reader::{FromNode, Reading, choice, table};
use super::{Exchange, Sign};
use crate::tree::{Node, Path};

choice! {
    /// How a connection comes to its credential.
    AuthType {
        /// A person allows it, and a code comes back.
        OAuth2Code = "oauth2_code",
        /// The application asks for itself.
        OAuth2Client = "oauth2_client",
        /// Its owner has it.
        Static = "static",
        /// Its owner has tokens that somebody else got.
        SuppliedTokens = "supplied_tokens",
        /// A signed statement is exchanged for a token.
        JwtBearer = "jwt_bearer",
        /// A credential is exchanged for a token.
        Exchange = "exchange",
        /// There is nobody outside to be asked.
        None = "none",
        /// By code of this service.
        Adapter = "adapter",
    }
}

impl AuthType {
    /// Whether somebody outside is asked.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether tokens are got with what the connection has, without a person: then getting one
    /// shows that it works.
    #[must_use]
    pub const fn gets_tokens_alone(self) -> bool {
        matches!(self, Self::OAuth2Client | Self::JwtBearer | Self::Exchange)
    }

    const fn exchanges(self) -> bool {
        matches!(self, Self::OAuth2Code) || self.gets_tokens_alone()
    }
}

/// A way in which a connection can be made.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthMethod {
    /// Names it among the methods of its entry.
    pub id: String,
    /// How it comes to its credential.
    pub auth_type: AuthType,
    /// It is meant only when these fields have these values.
    pub when: BTreeMap<String, String>,
    /// It is meant only when these fields have values.
    pub needs: Vec<String>,
    /// How requests carry the credential.
    pub sign: Sign,
    /// The checks that are made, by their ids; all where nothing is said.
    pub checks: Option<Vec<String>>,
    /// What its owner should be told of it.
    pub warning: Option<String>,
    /// How tokens are got, for the types that get any.
    pub exchange: Option<Exchange>,
    /// The code that does it, for an adapter.
    pub adapter: Option<String>,
}

impl AuthMethod {
    /// How a person is asked, and what a code is exchanged for; `None` for a way without a person.
    #[must_use]
    pub fn with_person(&self) -> Option<&Exchange> {
        self.exchange.as_ref().filter(|_| self.auth_type == AuthType::OAuth2Code)
    }
}

impl FromNode for AuthMethod {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let id = table.required("id");
            let auth_type = table.required::<AuthType>("type");
            let method = Self {
                id: String::new(),
                auth_type: AuthType::None,
                when: table.or_none("when"),
                needs: table.or_none("needs"),
                sign: table.or_none("sign"),
                checks: table.optional("verify"),
                warning: table.optional("warn"),
                exchange: None,
                adapter: None,
            };
            let Some(auth_type) = auth_type else {
                // Which keys it may have is not known either.
                table.forgive();
                return None;
            };
            let exchange = if auth_type.exchanges() { Some(Exchange::take(table, auth_type)) } else { None };
            let adapter = if auth_type == AuthType::Adapter { table.required("adapter") } else { None };
            let exchange = match exchange {
                Some(None) => return None,
                Some(exchange) => exchange,
                None => None,
            };
            Some(Self { id: id?, auth_type, exchange, adapter, ..method })
        })
    }
}
