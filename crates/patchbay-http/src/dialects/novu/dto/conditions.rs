//! The `conditions` of an integration: groups of questions that whoever sends asks of a message.

use patchbay_application::{Fault, FaultReason, JsonType, Location};
use patchbay_domain::{Conditions, InvalidText};
use serde_json::{Map, Value, json};

/// The member of a body that all this is in.
const CONDITIONS: &str = "conditions";

const TYPES: [&str; 8] = ["BOOLEAN", "TEXT", "DATE", "NUMBER", "STATEMENT", "LIST", "MULTI_LIST", "GROUP"];
const JUNCTIONS: [&str; 2] = ["AND", "OR"];
const OPERATORS: [&str; 15] = [
    "LARGER",
    "SMALLER",
    "LARGER_EQUAL",
    "SMALLER_EQUAL",
    "EQUAL",
    "NOT_EQUAL",
    "ALL_IN",
    "ANY_IN",
    "NOT_IN",
    "BETWEEN",
    "NOT_BETWEEN",
    "LIKE",
    "NOT_LIKE",
    "IN",
    IS_DEFINED,
];
/// Asks whether something is there, and compares it with nothing.
const IS_DEFINED: &str = "IS_DEFINED";
const SPANS: [&str; 3] = ["minutes", "hours", "days"];
const SUBJECTS: [&str; 7] =
    ["subscriber", "payload", "tenant", "webhook", "isOnline", "isOnlineInLast", "previousStep"];

/// Reads groups of questions: what a group lacks is filled in, and what is not known of one or of
/// a question is left out.
///
/// # Errors
/// Everything that is wrong with them, each under its path: `conditions.0.children.1.on`. Where
/// there are too many, no more than that.
pub fn read(groups: &[Value]) -> Result<Conditions, Vec<Fault>> {
    let too_many = |why: &dyn ToString| vec![fault(CONDITIONS, FaultReason::Rule(why.to_string().into()))];
    Conditions::new(groups.iter().map(outline).collect()).map_err(|why| too_many(&why))?;
    let mut faults = Vec::new();
    let groups = groups.iter().enumerate();
    let groups = groups.map(|(place, group)| read_group(&below(CONDITIONS, place), group, &mut faults));
    let groups: Vec<_> = groups.collect();
    if faults.is_empty() { Conditions::new(groups).map_err(|why| too_many(&why)) } else { Err(faults) }
}

/// As many entries as there are in a group, with nothing in them.
fn outline(group: &Value) -> Value {
    let children = group.get("children").and_then(Value::as_array).map_or(0, Vec::len);
    json!({"children": vec![json!({}); children.min(Conditions::MAX_ENTRIES)]})
}

fn read_group(path: &str, group: &Value, faults: &mut Vec<Fault>) -> Value {
    let Some(mut part) = Part::of(path, group, faults) else { return Value::Null };
    part.filled("isNegated", false, JsonType::Boolean, Value::is_boolean);
    part.one_of("type", &TYPES, Some("GROUP"));
    part.one_of("value", &JUNCTIONS, Some("AND"));
    let path = below(path, "children");
    let children = match part.sent("children") {
        Some(Value::Array(children)) => children.as_slice(),
        Some(_) => {
            part.refuse("children", FaultReason::WrongType { expected: JsonType::Array });
            &[]
        }
        None => {
            part.refuse("children", FaultReason::Required);
            &[]
        }
    };
    let Part { mut read, faults, .. } = part;
    let children = children.iter().enumerate();
    let children: Vec<_> =
        children.map(|(place, child)| read_child(&below(&path, place), child, faults)).collect();
    read.insert("children".to_owned(), children.into());
    read.into()
}

fn read_child(path: &str, child: &Value, faults: &mut Vec<Fault>) -> Value {
    let Some(mut part) = Part::of(path, child, faults) else { return Value::Null };
    match part.sent("on").and_then(Value::as_str) {
        Some("isOnline") => part.required("value", JsonType::Boolean, Value::is_boolean),
        Some("isOnlineInLast") => {
            part.one_of("timeOperator", &SPANS, None);
            part.required("value", JsonType::Number, Value::is_number);
        }
        Some("previousStep") => {
            part.text("step");
            part.text("stepType");
        }
        Some(field @ ("subscriber" | "payload" | "tenant" | "webhook")) => {
            part.text("field");
            let compares_nothing = part.sent("operator").and_then(Value::as_str) == Some(IS_DEFINED);
            if part.sent("value").is_some() || !compares_nothing {
                part.scalar("value");
            }
            part.one_of("operator", &OPERATORS, None);
            if field == "webhook" {
                part.text("webhookUrl");
            }
        }
        _ => {}
    }
    part.one_of("on", &SUBJECTS, None);
    part.read.into()
}

/// A group or a question while it is read.
struct Part<'a> {
    path: &'a str,
    members: &'a Map<String, Value>,
    read: Map<String, Value>,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Part<'a> {
    /// The object that stands at `path`; `None`, and a fault, where that is none.
    fn of(path: &'a str, value: &'a Value, faults: &'a mut Vec<Fault>) -> Option<Self> {
        if let Value::Object(members) = value {
            return Some(Self { path, members, read: Map::new(), faults });
        }
        faults.push(fault(path, FaultReason::WrongType { expected: JsonType::Object }));
        None
    }

    /// A member that was sent, and not as `null`.
    fn sent(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn refuse(&mut self, name: &str, reason: FaultReason) {
        self.faults.push(fault(&below(self.path, name), reason));
    }

    fn keep(&mut self, name: &str, read: Result<Value, FaultReason>) {
        match read {
            Ok(value) => drop(self.read.insert(name.to_owned(), value)),
            Err(reason) => self.refuse(name, reason),
        }
    }

    /// A member of a type.
    fn required(&mut self, name: &str, expected: JsonType, is_one: fn(&Value) -> bool) {
        let read = self.sent(name).ok_or(FaultReason::Required).and_then(|value| {
            if is_one(value) { Ok(value.clone()) } else { Err(FaultReason::WrongType { expected }) }
        });
        self.keep(name, read);
    }

    /// The same, with what it is where it was not sent.
    fn filled(
        &mut self,
        name: &str,
        default: impl Into<Value>,
        expected: JsonType,
        is_one: fn(&Value) -> bool,
    ) {
        match self.sent(name) {
            Some(_) => self.required(name, expected, is_one),
            None => self.keep(name, Ok(default.into())),
        }
    }

    /// A member that is one of a few texts.
    fn one_of(&mut self, name: &str, texts: &[&str], default: Option<&str>) {
        let read = match (self.sent(name), default) {
            (None, Some(default)) => Ok(default.into()),
            (None, None) => Err(FaultReason::Required),
            (Some(value), _) if value.as_str().is_some_and(|text| texts.contains(&text)) => Ok(value.clone()),
            _ => Err(FaultReason::Rule(format!("must be one of {}", texts.join(", ")).into())),
        };
        self.keep(name, read);
    }

    /// A member that is text.
    fn text(&mut self, name: &str) {
        let read = match self.sent(name) {
            Some(Value::String(text)) => without_nul(text.clone()),
            Some(_) => Err(FaultReason::WrongType { expected: JsonType::String }),
            None => Err(FaultReason::Required),
        };
        self.keep(name, read);
    }

    /// A member that is kept as text, whether that, a number or a boolean was sent.
    fn scalar(&mut self, name: &str) {
        let read = match self.sent(name) {
            Some(Value::String(text)) => without_nul(text.clone()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string().into()),
            Some(_) => Err(FaultReason::WrongType { expected: JsonType::Scalar }),
            None => Err(FaultReason::Required),
        };
        self.keep(name, read);
    }
}

fn without_nul(text: String) -> Result<Value, FaultReason> {
    if text.contains('\0') { Err(FaultReason::Text(InvalidText::Nul)) } else { Ok(text.into()) }
}

fn below(path: &str, step: impl std::fmt::Display) -> String {
    format!("{path}.{step}")
}

fn fault(path: &str, reason: FaultReason) -> Fault {
    Fault::of_field(Location::Body, path, reason)
}

#[cfg(test)]
mod tests;
