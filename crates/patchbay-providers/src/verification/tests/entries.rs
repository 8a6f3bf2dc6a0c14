//! A good connection for every way of asking that the entries have, and what its provider
//! answers: one to a line in `entries.jsonl`.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use patchbay_catalogue::{AuthType, Check};
use patchbay_domain::VerificationClass;
use serde_json::{Value, json};

use super::tokens::service_account;
use super::*;
use crate::testing::connections::credentials;

/// A connection in order.
pub(super) struct Good {
    /// The method of its entry, and the checks that are made for it.
    pub(super) method: String,
    pub(super) checks: Vec<String>,
    pub(super) connection: OpenConnection,
    /// What its provider answers to each request: where a token is got first, to that one too.
    pub(super) answers: Vec<(u16, Value)>,
    /// What is known then.
    pub(super) facts: Value,
    /// What its provider answers to wrong credentials.
    pub(super) rejection: (u16, Value),
    /// Members that name the account, with another one, and what their difference means.
    pub(super) other_account: Vec<(String, Value, VerificationClass)>,
}

impl Good {
    /// The check that is made with the request at that place; none for getting a token.
    pub(super) fn check_at<'e>(&self, entry: &'e Entry, place: usize) -> Option<&'e Check> {
        let first = self.answers.len() - self.checks.len();
        entry.check(self.checks.get(place.checked_sub(first)?)?)
    }

    /// What its provider does when all is well.
    pub(super) fn manners(&self) -> Vec<Manner> {
        self.answers.iter().map(|(status, answer)| json_answer(*status, answer)).collect()
    }
}

/// Every one of them.
pub(super) fn all() -> &'static [Good] {
    static ALL: OnceLock<Vec<Good>> = OnceLock::new();
    ALL.get_or_init(|| {
        let lines = include_str!("entries.jsonl").lines();
        lines.map(|line| good(&serde_json::from_str(line).unwrap())).collect()
    })
}

fn good(line: &Value) -> Good {
    let text = |name: &str| line[name].as_str().unwrap();
    let object = |name: &str| line.get(name).cloned().unwrap_or_else(|| json!({}));
    let answer = |answer: &Value| (u16::try_from(answer[0].as_u64().unwrap()).unwrap(), answer[1].clone());
    let others = line.get("others").and_then(Value::as_array).into_iter().flatten();
    let other = |other: &Value| {
        let class = VerificationClass::from_code(other[2].as_str().unwrap()).unwrap();
        (other[0].as_str().unwrap().to_owned(), other[1].clone(), class)
    };
    let connection = OpenConnection {
        credentials: secrets(&object("secrets")),
        tokens: secrets(&object("tokens")),
        ..connection(text("provider"), object("configuration"), &[])
    };
    Good {
        method: text("method").to_owned(),
        checks: line["checks"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect(),
        connection,
        answers: line["answers"].as_array().unwrap().iter().map(answer).collect(),
        facts: object("facts"),
        rejection: answer(&line["rejection"]),
        other_account: others.map(other).collect(),
    }
}

fn secrets(members: &Value) -> Credentials {
    let text = |value: &Value| match value.as_str().unwrap() {
        "SERVICE_ACCOUNT" => service_account().to_owned(),
        text => text.to_owned(),
    };
    let members: Vec<_> =
        members.as_object().unwrap().iter().map(|(name, value)| (name, text(value))).collect();
    credentials(&members.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_good_connection_is_found_to_be_one_and_tells_of_itself() {
    for good in all() {
        let name = format!("{} {}", good.connection.provider, good.method);
        let (requests, verification) = asked(&good.connection, good.manners()).await;
        assert_eq!(verification.class, VerificationClass::Ok, "{name}: {:?}", verification.detail);
        let facts = Value::Object(verification.facts);
        assert_eq!((&facts, verification.detail), (&good.facts, None), "{name}");
        assert_eq!(requests.len(), good.answers.len(), "{name}");
    }
}

#[test]
fn every_method_and_every_check_of_every_entry_is_tried() {
    let catalogue = catalogue().current();
    let (mut methods, mut checks) = (BTreeSet::new(), BTreeSet::new());
    for entry in catalogue.entries().iter().filter(|entry| entry.is_verifiable()) {
        let asked = entry.auth.iter().filter(|method| method.auth_type != AuthType::None);
        methods.extend(asked.map(|method| format!("{} {}", entry.id, method.id)));
        checks.extend(entry.checks.iter().map(|check| format!("{} {}", entry.id, check.id)));
    }
    for good in all() {
        let entry = catalogue.entry(&good.connection.provider).unwrap();
        let known = crate::asking::known::Known::of(entry, &good.connection);
        let method = super::super::method::chosen(entry, &known).unwrap();
        assert_eq!(method.id, good.method, "{}", entry.id);
        methods.remove(&format!("{} {}", entry.id, method.id));
        for check in &good.checks {
            checks.remove(&format!("{} {check}", entry.id));
        }
    }
    assert_eq!((methods, checks), (BTreeSet::new(), BTreeSet::new()));
}
