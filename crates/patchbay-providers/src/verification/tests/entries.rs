//! A good connection for every way of asking that the entries have, and what its provider
//! answers.

use std::collections::BTreeSet;

use patchbay_domain::VerificationClass;
use serde_json::{Value, json};

use super::*;

/// A connection in order.
pub(super) struct Good {
    /// The method of its entry, and the checks that are made for it.
    pub(super) method: &'static str,
    pub(super) checks: &'static [&'static str],
    pub(super) connection: OpenConnection,
    /// What its provider answers to each of them.
    pub(super) answers: Vec<Value>,
    /// What is known then.
    pub(super) facts: Value,
    /// What its provider answers to wrong credentials.
    pub(super) rejection: (u16, Value),
    /// Members that name the account, with another one, and what their difference means.
    pub(super) other_account: Vec<(&'static str, Value, VerificationClass)>,
}

const MISMATCH: VerificationClass = VerificationClass::Mismatch;
const WARNING: VerificationClass = VerificationClass::OkWithWarnings;

fn good(
    (method, checks): (&'static str, &'static [&'static str]),
    connection: OpenConnection,
    answers: Vec<Value>,
    facts: Value,
    rejection: (u16, Value),
) -> Good {
    Good { method, checks, connection, answers, facts, rejection, other_account: Vec::new() }
}

impl Good {
    fn told_apart_by(self, other_account: Vec<(&'static str, Value, VerificationClass)>) -> Self {
        Self { other_account, ..self }
    }
}

/// Every one of them.
pub(super) fn all() -> Vec<Good> {
    [google(), crm(), meta(), odoo(), shops(), slack_and_twilio(), zendesk(), custom_api()]
        .into_iter()
        .flatten()
        .collect()
}

fn google() -> Vec<Good> {
    let supplied =
        r#"{"token":"planted-supplied","refresh_token":"planted-second","expiry":"2026-11-20T13:00:00Z"}"#;
    let rejection = || {
        (401, json!({"error": {"code": 401, "message": "Invalid Credentials", "status": "UNAUTHENTICATED"}}))
    };
    let mail = || json!({"emailAddress": "ann@example.com", "messagesTotal": 3, "historyId": "77"});
    let gmail = |method, connection| {
        let facts = json!({"email": "ann@example.com"});
        let other = vec![("email", json!("bob@example.com"), MISMATCH)];
        good((method, &["profile"]), connection, vec![mail()], facts, rejection()).told_apart_by(other)
    };
    let calendar = |method, connection| {
        let answer = json!({"id": "ann@example.com", "summary": "Ann", "accessRole": "owner"});
        let facts = json!({"calendar_summary": "Ann", "access_role": "owner"});
        good((method, &["calendar"]), connection, vec![answer], facts, rejection())
    };
    let email = || json!({"email": "Ann@Example.com"});
    vec![
        gmail("supplied", connection("gmail", email(), &[("credentials", supplied)])),
        gmail("oauth", granted("gmail", email())),
        gmail("supplied_apart", connection("gmail", email(), &[("access_token", "planted-access")])),
        calendar("supplied", connection("google_calendar", json!({}), &[("credentials", supplied)])),
        calendar("oauth", granted("google_calendar", json!({"calendar_id": "a b/c@example.com"}))),
    ]
}

fn crm() -> Vec<Good> {
    let portal = || json!({"portalId": 62515, "accountType": "STANDARD", "timeZone": "US/Eastern"});
    let hubspot = |method, connection| {
        let facts = json!({"portal_id": "62515", "account_type": "STANDARD", "time_zone": "US/Eastern"});
        let rejection = (401, json!({"status": "error", "message": "Authentication credentials not found"}));
        let other = vec![("portal_id", json!("62516"), MISMATCH)];
        good((method, &["account"]), connection, vec![portal()], facts, rejection).told_apart_by(other)
    };
    let notion = |method, connection| {
        let answer = json!({"object": "user", "id": "b-1", "type": "bot", "bot": {"workspace_name": "Acme"}});
        let rejection =
            (401, json!({"object": "error", "status": 401, "code": "unauthorized", "message": "invalid"}));
        good(
            (method, &["bot"]),
            connection,
            vec![answer],
            json!({"bot_id": "b-1", "workspace_name": "Acme"}),
            rejection,
        )
    };
    let token = [("access_token", "planted-access")];
    vec![
        hubspot("private_app", connection("hubspot", json!({"portal_id": "62515"}), &token)),
        hubspot("oauth", granted("hubspot", json!({"portal_id": "62515"}))),
        notion("internal", connection("notion", json!({}), &token)),
        notion("oauth", granted("notion", json!({}))),
    ]
}

fn meta() -> Vec<Good> {
    let rejection =
        || (401, json!({"error": {"message": "Session has expired", "type": "OAuthException", "code": 190}}));
    let secrets = [("page_access_token", "planted-page"), ("app_secret", "planted-app-secret")];
    let page = connection("messenger", json!({}), &secrets);
    let page = good(
        ("page_token", &["page", "app"]),
        page,
        vec![json!({"id": "17", "name": "Acme"}), json!({"id": "99"})],
        json!({"page_id": "17", "page_name": "Acme", "app_id": "99"}),
        rejection(),
    );
    let number = connection(
        "whatsapp",
        json!({"phone_number_id": "106540352242922"}),
        &[("access_token", "planted-access")],
    );
    let answer = json!({
        "id": "106540352242922", "display_phone_number": "+1 555-0100", "verified_name": "Acme",
        "quality_rating": "GREEN",
    });
    let facts =
        json!({"display_phone_number": "+1 555-0100", "verified_name": "Acme", "quality_rating": "GREEN"});
    let number = good(("token", &["number"]), number, vec![answer], facts, rejection());
    vec![page, number.told_apart_by(vec![("phone_number_id", json!("106540352242923"), MISMATCH)])]
}

fn odoo() -> Vec<Good> {
    let at = || json!({"url": "https://acme.odoo.example", "database": "acme", "username": "ann"});
    let denied = (401, json!({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}));
    let json2 = good(
        ("json2", &["json2"]),
        connection("odoo", json!({"url": "https://acme.odoo.example/"}), &[("api_key", "planted-key")]),
        vec![json!({"lang": "en_US", "tz": "Europe/Brussels", "uid": 2})],
        json!({"uid": 2}),
        denied,
    );
    let by_rpc = |ids: (&'static str, &'static [&'static str]), secret: (&'static str, &'static str)| {
        let refused = (200, json!({"jsonrpc": "2.0", "id": 1, "result": false}));
        let answer = vec![json!({"jsonrpc": "2.0", "id": 1, "result": 7})];
        good(ids, connection("odoo", at(), &[secret]), answer, json!({"uid": 7}), refused)
    };
    let key = by_rpc(("rpc", &["rpc"]), ("api_key", "planted-key"));
    let password = by_rpc(("password", &["rpc_password"]), ("password", "planted-password"));
    vec![json2, key, password]
}

fn shops() -> Vec<Good> {
    let shop = |method, connection| {
        let shop =
            json!({"id": "gid://shopify/Shop/1", "name": "Acme", "myshopifyDomain": "acme.myshopify.com"});
        let answer = json!({"data": {"shop": shop}});
        let facts = json!({"shop_id": "gid://shopify/Shop/1", "shop_name": "Acme"});
        let rejection = (401, json!({"errors": "[API] Invalid API key or access token"}));
        good((method, &["shop"]), connection, vec![answer], facts, rejection)
    };
    let domain = || json!({"shop_domain": "acme.myshopify.com"});
    vec![
        shop("token", connection("shopify", domain(), &[("access_token", "shpat_planted")])),
        shop("oauth", granted("shopify", domain())),
    ]
}

fn slack_and_twilio() -> Vec<Good> {
    let slack = |method, connection| {
        let facts = json!({"team_id": "T1", "team_name": "Acme", "bot_name": "patch"});
        let rejection = (200, json!({"ok": false, "error": "invalid_auth"}));
        let other = vec![("team_id", json!("T2"), MISMATCH)];
        good((method, &["identity"]), connection, vec![super::slack().1], facts, rejection)
            .told_apart_by(other)
    };
    let (sid, number_sid) = (format!("AC{}", "a1".repeat(16)), format!("PN{}", "b2".repeat(16)));
    let rejection = || (401, json!({"code": 20003, "message": "Authenticate", "status": 401}));
    let token = [("auth_token", "planted-token")];
    let numbered = json!({"account_sid": sid, "number_sid": number_sid, "phone_number": "+15550100"});
    let number = json!({
        "sid": number_sid, "account_sid": sid, "phone_number": "+15550100",
        "capabilities": {"mms": false, "sms": true, "voice": true, "fax": false},
    });
    let facts =
        json!({"phone_number": "+15550100", "capabilities": {"mms": false, "sms": true, "voice": true}});
    let number = good(
        ("basic", &["number"]),
        connection("twilio_sms", numbered, &token),
        vec![number],
        facts,
        rejection(),
    );
    let account = connection("twilio_sms", json!({"account_sid": sid}), &token);
    let answer = json!({"sid": sid, "status": "active", "friendly_name": "Acme"});
    let account = good(("basic", &["account"]), account, vec![answer], json!({}), rejection());
    vec![
        slack("bot_token", super::slack().0),
        slack("oauth", granted("slack", json!({"team_id": "T1"}))),
        number.told_apart_by(vec![
            ("number_sid", json!(format!("PN{}", "b3".repeat(16))), MISMATCH),
            ("phone_number", json!("+15550101"), WARNING),
        ]),
        account.told_apart_by(vec![("account_sid", json!(format!("AC{}", "a2".repeat(16))), MISMATCH)]),
    ]
}

fn zendesk() -> Vec<Good> {
    let me = |method, connection| {
        let answer = json!({"user": {"id": 35436, "role": "admin", "email": "ann@example.com"}});
        let facts = json!({"user_id": 35436, "user_role": "admin"});
        good(
            (method, &["me"]),
            connection,
            vec![answer],
            facts,
            (401, json!({"error": "Couldn't authenticate you"})),
        )
    };
    let by_token = json!({"subdomain": "acme", "email": "ann@example.com"});
    vec![
        me("api_token", connection("zendesk", by_token, &[("api_token", "planted-token")])),
        me("oauth", granted("zendesk", json!({"subdomain": "acme"}))),
    ]
}

fn custom_api() -> Vec<Good> {
    let rejection = || (401, json!({"message": "no"}));
    let api = |method, more: Value, secrets: &[(&str, &str)]| {
        let mut configuration = members(more);
        configuration.insert("auth_type".to_owned(), json!(method));
        let connection = super::custom_api(Value::Object(configuration), secrets);
        good((method, &["reachable"]), connection, vec![json!(null)], json!({}), rejection())
    };
    let named = || json!({"auth_name": "x-key"});
    vec![
        api("none", json!({"headers": {"x-plain": "1"}}), &[("headers.authorization", "planted-header")]),
        api("bearer", json!({}), &[("auth_token", "planted-token")]),
        api("basic", json!({"username": "ann"}), &[("password", "planted-password")]),
        api("header", named(), &[("auth_token", "planted-token")]),
        api("query", named(), &[("auth_token", "planted-token")]),
    ]
}

#[tokio::test]
async fn a_good_connection_is_found_to_be_one_and_tells_of_itself() {
    for Good { connection, method, answers, facts, .. } in all() {
        let name = format!("{} {method}", connection.provider);
        let count = answers.len();
        let answers = answers.iter().map(|answer| json_answer(200, answer)).collect();
        let (requests, verification) = asked(&connection, answers).await;
        assert_eq!(verification.class, VerificationClass::Ok, "{name}: {:?}", verification.detail);
        assert_eq!((Value::Object(verification.facts), verification.detail), (facts, None), "{name}");
        assert_eq!(requests.len(), count, "{name}");
    }
}

#[test]
fn every_method_and_every_check_of_every_entry_is_tried() {
    let catalogue = catalogue().current();
    let (mut methods, mut checks) = (BTreeSet::new(), BTreeSet::new());
    for entry in catalogue.entries().iter().filter(|entry| !entry.checks.is_empty()) {
        methods.extend(entry.auth.iter().map(|method| format!("{} {}", entry.id, method.id)));
        checks.extend(entry.checks.iter().map(|check| format!("{} {}", entry.id, check.id)));
    }
    for good in all() {
        let entry = catalogue.entry(&good.connection.provider).unwrap();
        let known = crate::asking::known::Known::of(entry, &good.connection);
        let method = super::super::method::chosen(entry, &known).unwrap();
        assert_eq!(method.id, good.method, "{}", entry.id);
        methods.remove(&format!("{} {}", entry.id, method.id));
        for check in good.checks {
            checks.remove(&format!("{} {check}", entry.id));
        }
    }
    assert_eq!((methods, checks), (BTreeSet::new(), BTreeSet::new()));
}
