//! What a provider's answers mean.

use serde_json::Value;

use super::Pointer;
use super::reader::{FromNode, Reading, TableReader, choice, mistyped, table};
use crate::tree::{Node, NodeValue, Path};

/// A status, or all of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusRule {
    /// This one.
    Exactly(u16),
    /// All that begin with this digit, written `"2xx"`.
    Class(u16),
}

impl StatusRule {
    /// Whether a status is meant.
    #[must_use]
    pub const fn holds_for(self, status: u16) -> bool {
        match self {
            Self::Exactly(exactly) => status == exactly,
            Self::Class(digit) => status / 100 == digit,
        }
    }
}

impl FromNode for StatusRule {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match &node.value {
            NodeValue::Int(status @ 100..=599) => u16::try_from(*status).ok().map(Self::Exactly),
            NodeValue::Text(text) => match text.as_bytes() {
                [digit @ b'1'..=b'5', b'x', b'x'] => Some(Self::Class(u16::from(digit - b'0'))),
                _ => {
                    mistyped(node, at, reading, "a status from 100 to 599, or a class of them as in \"2xx\"")
                }
            },
            _ => mistyped(node, at, reading, "a status from 100 to 599, or a class of them as in \"2xx\""),
        }
    }
}

choice! {
    /// What an answer says of a connection.
    Reason {
        /// The credentials are wrong, or no longer right.
        CredentialsRejected = "credentials_rejected",
        /// They are right and do not allow this.
        PermissionMissing = "permission_missing",
        /// What they are for is not there.
        NotFound = "not_found",
        /// The account is suspended or closed.
        AccountInactive = "account_inactive",
        /// They belong to another account.
        Mismatch = "mismatch",
        /// Too much was asked.
        Throttled = "throttled",
        /// The provider does not work.
        ProviderUnreachable = "provider_unreachable",
        /// The answer means nothing that is known.
        UnexpectedAnswer = "unexpected_answer",
    }
}

choice! {
    /// What a value is, whatever its content.
    Quality {
        /// It is there, and not null.
        Present = "present",
        /// It is a whole number.
        Integer = "integer",
        /// It is an object.
        Object = "object",
    }
}

choice! {
    /// What an answer says of an exchange.
    TokenReason {
        /// The code is wrong, or no longer right.
        CodeRefused = "code_refused",
        /// What was granted is over: a person has to allow it again.
        Ended = "ended",
        /// The application is not taken.
        ClientRefused = "client_refused",
        /// Too much was asked.
        Throttled = "throttled",
        /// The provider does not work.
        ProviderUnreachable = "provider_unreachable",
    }
}

/// What a test asks of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is this one.
    Is(Value),
    /// It is one of these.
    Any(Vec<Value>),
    /// As text it is the value of this field, where that has one.
    SameAs(String),
    /// It is there, and not null.
    Present,
    /// It is a whole number.
    Integer,
    /// It is an object.
    Object,
}

/// A test on the body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyTest {
    /// Where the value is.
    pub at: Pointer,
    /// What is asked of it.
    pub test: Test,
    /// Whether a failure only warns.
    pub is_warning: bool,
}

impl BodyTest {
    /// Whether it holds for a body. `is_same` says whether a value there, if any, is that of the
    /// field of that key; where that has none it answers `None`, and so does this.
    #[must_use]
    pub fn holds_for(
        &self,
        body: &Value,
        is_same: impl FnOnce(&str, Option<&Value>) -> Option<bool>,
    ) -> Option<bool> {
        let value = self.at.of(body);
        Some(match &self.test {
            Test::Is(expected) => value == Some(expected),
            Test::Any(expected) => value.is_some_and(|value| expected.contains(value)),
            Test::Present => value.is_some_and(|value| !value.is_null()),
            Test::Integer => value.is_some_and(|value| value.is_i64() || value.is_u64()),
            Test::Object => value.is_some_and(Value::is_object),
            Test::SameAs(key) => return is_same(key, value),
        })
    }
}

choice! {
    /// How bad a failed test is.
    Level {
        /// The check failed.
        Error = "error",
        /// Its owner is told.
        Warn = "warn",
    }
}

/// Takes the one test that a table has.
fn test(table: &mut TableReader<'_, '_, '_>) -> Option<Test> {
    let quality = table.optional::<Quality>("test").map(|quality| match quality {
        Quality::Present => Test::Present,
        Quality::Integer => Test::Integer,
        Quality::Object => Test::Object,
    });
    let all = [
        table.optional("is").map(Test::Is),
        table.optional("any").map(Test::Any),
        table.optional("same_as").map(Test::SameAs),
        quality,
    ];
    let mut given = all.into_iter().flatten();
    let first = given.next();
    if given.next().is_some() {
        table.wrong("asks more than one thing", "give one of is, any, same_as and test");
    }
    first
}

impl FromNode for BodyTest {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let pointer = table.required("at");
            let asked = test(table);
            if asked.is_none() {
                table.wrong("asks nothing", "give one of is, any, same_as and test");
            }
            let is_warning = table.optional("level") == Some(Level::Warn);
            Some(Self { at: pointer?, test: asked?, is_warning })
        })
    }
}

/// An answer, told by its status, by its body, or by both.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerMatch {
    /// One of these; any where there are none.
    pub status: Vec<StatusRule>,
    /// What holds for its body.
    pub body: Option<BodyTest>,
}

fn answer_match(table: &mut TableReader<'_, '_, '_>) -> Option<AnswerMatch> {
    let status: Vec<_> = table.or_none("status");
    let pointer = table.optional("at");
    let asked = test(table);
    let body = match (pointer, asked) {
        (Some(at), Some(test)) => Some(BodyTest { at, test, is_warning: false }),
        (None, None) => None,
        _ => {
            table.wrong("has a place without a test, or a test without a place", "give both, or neither");
            return None;
        }
    };
    if status.is_empty() && body.is_none() {
        table.wrong("matches every answer", "give a status, or a test on the body");
        return None;
    }
    Some(AnswerMatch { status, body })
}

impl FromNode for AnswerMatch {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, answer_match)
    }
}

/// An answer that says no, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection<R = Reason> {
    /// Which answer.
    pub answer: AnswerMatch,
    /// What it says.
    pub reason: R,
}

impl<R: FromNode> FromNode for Rejection<R> {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let answer = answer_match(table);
            let reason = table.required("reason");
            Some(Self { answer: answer?, reason: reason? })
        })
    }
}

/// An answer that says yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Its status is one of these.
    pub status: Vec<StatusRule>,
    /// All of these hold for its body.
    pub all: Vec<BodyTest>,
}

impl FromNode for Expectation {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let status: Option<Vec<_>> = table.required("status");
            let all = table.or_none("all");
            Some(Self { status: status?, all })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_meant_by_itself_or_by_its_class() {
        assert!(StatusRule::Exactly(429).holds_for(429) && !StatusRule::Exactly(429).holds_for(428));
        assert!(StatusRule::Class(2).holds_for(204) && !StatusRule::Class(2).holds_for(301));
    }
}
