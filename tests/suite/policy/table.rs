//! The table, by hand.

use patchbay_tests::{ALOOCHAT_PREFIX, PATCHBAY_PREFIX, Request, TELEX_PREFIXES};

use super::given::Given::{
    self, Channel, Connection, Custom, Integration, Mail, Nothing, Setting, Team, Word,
};

/// An API, and what it answers to whom.
pub struct Api {
    pub name: &'static str,
    /// What may stand before each path.
    pub prefixes: &'static [&'static str],
    /// Puts a key where the API looks for it.
    pub present: fn(Request, &str) -> Request,
    pub rows: &'static [Row],
}

/// Every API.
pub const APIS: [Api; 4] = [
    Api {
        name: "telex",
        prefixes: &TELEX_PREFIXES,
        present: |request, key| request.bearer(key),
        rows: &TELEX,
    },
    Api {
        name: "aloochat",
        prefixes: &[ALOOCHAT_PREFIX],
        present: |request, key| request.header("x-api-key", key),
        rows: &ALOOCHAT,
    },
    Api {
        name: "novu",
        prefixes: &["/v1"],
        present: |request, key| request.header("authorization", format!("ApiKey {key}")),
        rows: &NOVU,
    },
    Api {
        name: "patchbay",
        prefixes: &[PATCHBAY_PREFIX],
        present: |request, key| request.bearer(key),
        rows: &PATCHBAY,
    },
];

/// The kinds of key that every route is asked with, in the order of [`Row::statuses`].
pub const KEYS: [&str; 8] = [
    "no key",
    "a malformed key",
    "an unknown key",
    "a revoked key",
    "an expired key",
    "a key of another organisation",
    "a key with all permissions but the one",
    "a key with the one permission",
];

/// A route of an API, and what it answers to whom.
pub struct Row {
    pub method: &'static str,
    /// As in the document: what stands in braces is filled by what is [`Given`].
    pub path: &'static str,
    /// The one permission that it needs.
    pub permission: &'static str,
    /// What must be there before.
    pub given: Given,
    /// What is sent; empty where nothing is.
    pub body: &'static str,
    /// The status for each of [`KEYS`].
    pub statuses: [u16; 8],
}

const fn row(
    (method, path): (&'static str, &'static str),
    permission: &'static str,
    given: Given,
    body: &'static str,
    statuses: [u16; 8],
) -> Row {
    Row { method, path, permission, given, body, statuses }
}

const READ: &str = "integrations:read";
const WRITE: &str = "integrations:write";
const READ_SETTINGS: &str = "settings:read";
const WRITE_SETTINGS: &str = "settings:write";

/// The Telex API, below each of its prefixes.
#[rustfmt::skip]
const TELEX: [Row; 23] = [
    row(("POST", "/slack/organisations/{org}/token-exchg"), "oauth:exchange", Nothing,
        r#"{"oauth_code":"{code}"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/slack/organisations/{org}"), READ, Connection, "", [401, 401, 401, 401, 401, 404, 403, 200]),

    row(("POST", "/organisations/{org}/integrations"), WRITE, Nothing,
        r#"{"name":"a new one","json_url":"x"}"#, [401, 401, 401, 401, 401, 404, 403, 201]),
    row(("GET", "/organisations/{org}/integrations"), READ, Nothing,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/organisations/{org}/integrations/{integration}"), READ, Integration,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PATCH", "/organisations/{org}/integrations/{integration}"), WRITE, Integration,
        r#"{"is_active":false}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/organisations/{org}/integrations/{integration}"), WRITE, Integration,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),

    row(("POST", "/organisations/{org}/integrations/{integration}/settings"), WRITE_SETTINGS, Integration,
        r#"{"form_field_label":"a","form_field_value":"b"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/organisations/{org}/integrations/{integration}/settings"), READ_SETTINGS, Integration,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PATCH", "/organisations/{org}/integrations/{integration}/settings"), WRITE_SETTINGS, Setting,
        r#"{"form_field_value":"c"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PATCH", "/organisations/{org}/integrations/{integration}/settings/{setting}"), WRITE_SETTINGS, Setting,
        r#"{"form_field_value":"d"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/organisations/{org}/integrations/{integration}/settings/{setting}"), WRITE_SETTINGS, Setting,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),

    row(("POST", "/organisations/{org}/integrations/{integration}/channels/{channel}/settings"),
        WRITE_SETTINGS, Integration,
        r#"{"form_field_label":"a","form_field_value":"b"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/organisations/{org}/integrations/{integration}/channels/{channel}/settings"),
        READ_SETTINGS, Integration, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PATCH", "/organisations/{org}/integrations/{integration}/channels/{channel}/settings/{setting}"),
        WRITE_SETTINGS, Channel, r#"{"form_field_value":"c"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/organisations/{org}/integrations/{integration}/channels/{channel}/settings/{setting}"),
        WRITE_SETTINGS, Channel, "", [401, 401, 401, 401, 401, 404, 403, 200]),

    row(("POST", "/organisations/{org}/integrations/{integration}/verify"), WRITE, Integration,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),

    row(("POST", "/organisations/{org}/integrations/custom"), WRITE, Nothing,
        r#"{"json_url":"{sandbox}/manifests/output.json"}"#, [401, 401, 401, 401, 401, 404, 403, 201]),
    row(("GET", "/organisations/{org}/integrations/custom"), READ, Nothing,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PUT", "/organisations/{org}/integrations/custom/{integration}"), WRITE, Custom,
        r#"{"json_url":"{sandbox}/manifests/modifier.json"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/organisations/{org}/integrations/custom/{integration}"), WRITE, Custom,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PUT", "/organisations/{org}/integrations/custom/{integration}/settings"), WRITE_SETTINGS, Custom,
        r#"{"setting_entry":{"field_name":"a","value":"b"}}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/organisations/{org}/integrations/custom/{integration}/settings"), READ_SETTINGS, Custom,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
];

/// The AlooChat API. A key of another organisation is a key of another company, which asks for its
/// own integrations.
#[rustfmt::skip]
const ALOOCHAT: [Row; 11] = [
    row(("GET", "/integrations"), READ, Integration, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("POST", "/integrations"), WRITE, Nothing,
        r#"{"name":"a new one","type":"shopify"}"#, [401, 401, 401, 401, 401, 201, 403, 201]),
    row(("GET", "/integrations/types"), READ, Nothing, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("GET", "/integrations/{id}"), READ, Integration, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PUT", "/integrations/{id}"), WRITE, Integration,
        r#"{"is_active":false}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PATCH", "/integrations/{id}"), WRITE, Integration,
        r#"{"visibility":"public"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/integrations/{id}"), WRITE, Integration, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("POST", "/integrations/{id}/verify"), WRITE, Integration, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/integrations/{id}/channels/{channel}"), READ_SETTINGS, Channel,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PUT", "/integrations/{id}/channels/{channel}"), WRITE_SETTINGS, Channel,
        r#"{"a":"c"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/integrations/{id}/channels/{channel}"), WRITE_SETTINGS, Channel,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
];

/// The Novu API. A key of another organisation asks for its own integrations and environments.
#[rustfmt::skip]
const NOVU: [Row; 16] = [
    row(("POST", "/integrations"), WRITE, Nothing,
        r#"{"providerId":"sendgrid","channel":"email"}"#, [401, 401, 401, 401, 401, 201, 403, 201]),
    row(("GET", "/integrations"), READ, Mail, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("GET", "/integrations/active"), READ, Mail, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("GET", "/integrations/{id}"), READ, Mail, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PUT", "/integrations/{id}"), WRITE, Mail,
        r#"{"active":true}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("PATCH", "/integrations/{id}"), WRITE, Mail,
        r#"{"name":"another one"}"#, [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("DELETE", "/integrations/{id}"), WRITE, Mail, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("POST", "/integrations/{id}/set-primary"), WRITE, Mail, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/integrations/webhook/provider/{providerIdOrId}/status"), READ, Mail,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/integrations/webhooks/provider/{providerIdOrId}/status"), READ, Mail,
        "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("GET", "/integrations/in-app/status"), READ, Nothing, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("GET", "/integrations/{channel}/limit"), READ, Word, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("POST", "/integrations/channel-connections/oauth"), WRITE, Team,
        r#"{"integrationIdentifier":"{identifier}"}"#, [401, 401, 401, 401, 401, 404, 403, 201]),
    row(("POST", "/integrations/chat/oauth"), WRITE, Team,
        r#"{"integrationIdentifier":"{identifier}"}"#, [401, 401, 401, 401, 401, 404, 403, 201]),
    row(("GET", "/environments/me"), READ, Nothing, "", [401, 401, 401, 401, 401, 200, 403, 200]),
    row(("GET", "/environments"), READ, Nothing, "", [401, 401, 401, 401, 401, 200, 403, 200]),
];

/// The native API.
#[rustfmt::skip]
const PATCHBAY: [Row; 3] = [
    row(("GET", "/integrations/{id}"), READ, Integration, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("POST", "/integrations/{id}/verify"), WRITE, Integration, "", [401, 401, 401, 401, 401, 404, 403, 200]),
    row(("POST", "/integrations/{id}/authorize"), WRITE, Team, "", [401, 401, 401, 401, 401, 404, 403, 200]),
];

/// What belongs to no API and asks nobody for a key: path, and the status for anybody.
pub const OPEN: [(&str, u16); 10] = [
    ("/healthz", 200),
    ("/readyz", 200),
    ("/openapi/telex.json", 200),
    ("/openapi/aloochat.json", 200),
    ("/openapi/novu.json", 200),
    ("/openapi/patchbay.json", 200),
    ("/docs", 200),
    ("/docs/index.css", 200),
    ("/oauth/start/nothing", 400),
    ("/oauth/callback/slack", 400),
];
