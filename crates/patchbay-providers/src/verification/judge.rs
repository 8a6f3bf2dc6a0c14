//! What an answer says of a connection.

use patchbay_catalogue::{AnswerMatch, BodyTest, Check, Limits, Reason, StatusRule, Test};
use patchbay_domain::{FieldKind, VerificationClass as Class};
use serde_json::Value;

use super::known::Known;
use super::text_of;

/// An answer, as far as it is judged.
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// Its body; `None` when that is no JSON.
    pub(super) body: Option<Value>,
}

/// What an answer says of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Yes; with what is not as it should be.
    Passed(Vec<String>),
    /// No; with the part that says so, where it is one.
    Failed(Class, Option<String>),
}

/// Judges an answer: the entry's own rejections in their order, what its limits call
/// throttled, its status, its body.
pub(super) fn judge(check: &Check, limits: Option<&Limits>, answer: &Answer, known: &Known<'_>) -> Judgement {
    if let Some(rejection) = check.reject.iter().find(|rejection| answer.is_like(&rejection.answer, known)) {
        return Judgement::Failed(class_of(rejection.reason), None);
    }
    let throttled = limits.map(|limits| limits.throttled.as_slice()).unwrap_or_default();
    if throttled.iter().any(|throttled| answer.is_like(throttled, known)) {
        return Judgement::Failed(Class::Throttled, None);
    }
    if !is_among(&check.expect.status, answer.status) {
        return Judgement::Failed(class_of_status(answer.status), None);
    }
    answer.passes(&check.expect.all, known)
}

impl Answer {
    fn is_like(&self, like: &AnswerMatch, known: &Known<'_>) -> bool {
        let has_status = like.status.is_empty() || is_among(&like.status, self.status);
        let holds =
            |test: &BodyTest| self.body.as_ref().is_some_and(|body| holds(test, body, known) == Some(true));
        has_status && like.body.as_ref().is_none_or(holds)
    }

    fn passes(&self, tests: &[BodyTest], known: &Known<'_>) -> Judgement {
        if tests.is_empty() {
            return Judgement::Passed(Vec::new());
        }
        // What cannot be read says nothing of the credentials: a proxy may have written it.
        let Some(body) = &self.body else {
            return Judgement::Failed(Class::UnexpectedAnswer, Some("the answer is no JSON".to_owned()));
        };
        let mut warnings = Vec::new();
        for test in tests.iter().filter(|test| holds(test, body, known) == Some(false)) {
            if !test.is_warning {
                return Judgement::Failed(self.class_of_test(test), Some(in_words(test)));
            }
            warnings.push(in_words(test));
        }
        Judgement::Passed(warnings)
    }

    /// There are providers that answer 200 to whoever asks; so what is missing there is the
    /// right to see it.
    fn class_of_test(&self, test: &BodyTest) -> Class {
        match test.test {
            _ if !(200..300).contains(&self.status) => class_of_status(self.status),
            Test::SameAs(_) => Class::Mismatch,
            Test::Is(_) | Test::Any(_) | Test::Present | Test::Integer | Test::Object => {
                Class::CredentialsRejected
            }
        }
    }
}

fn is_among(rules: &[StatusRule], status: u16) -> bool {
    rules.iter().any(|rule| rule.holds_for(status))
}

/// Whether a test holds; `None` when there is nothing to compare with.
fn holds(test: &BodyTest, body: &Value, known: &Known<'_>) -> Option<bool> {
    test.holds_for(body, |key, value| {
        let (field, wanted) = known.said(key)?;
        Some(value.and_then(text_of).is_some_and(|value| is_same(field.kind, &value, &wanted)))
    })
}

/// Hosts and addresses of mail mean the same in any case.
pub(super) fn is_same(kind: FieldKind, one: &str, other: &str) -> bool {
    match kind {
        FieldKind::Email | FieldKind::Host => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

fn in_words(test: &BodyTest) -> String {
    match &test.test {
        Test::SameAs(key) => format!("{key} is another one there"),
        _ if test.at.as_str().is_empty() => "the answer is not as expected".to_owned(),
        _ => format!("{} is not as expected", test.at),
    }
}

const fn class_of(reason: Reason) -> Class {
    match reason {
        Reason::CredentialsRejected => Class::CredentialsRejected,
        Reason::PermissionMissing => Class::PermissionMissing,
        Reason::NotFound => Class::NotFound,
        Reason::AccountInactive => Class::AccountInactive,
        Reason::Mismatch => Class::Mismatch,
        Reason::Throttled => Class::Throttled,
        Reason::ProviderUnreachable => Class::ProviderUnreachable,
        Reason::UnexpectedAnswer => Class::UnexpectedAnswer,
    }
}

/// What a status means where its entry does not say.
const fn class_of_status(status: u16) -> Class {
    match status {
        401 => Class::CredentialsRejected,
        403 => Class::PermissionMissing,
        404 => Class::NotFound,
        408 | 425 | 429 => Class::Throttled,
        500.. => Class::ProviderUnreachable,
        _ => Class::UnexpectedAnswer,
    }
}
