//! What an answer says of a connection.

use patchbay_catalogue::{BodyTest, Check, Limits, Reason, Test};
use patchbay_domain::VerificationClass as Class;

use crate::asking::answer::{Answer, holds, is_among};
use crate::asking::known::Known;

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
    if answer.is_throttled(limits, known) {
        return Judgement::Failed(Class::Throttled, None);
    }
    if !is_among(&check.expect.status, answer.status) {
        return Judgement::Failed(class_of_status(answer.status), None);
    }
    passes(answer, &check.expect.all, known)
}

fn passes(answer: &Answer, tests: &[BodyTest], known: &Known<'_>) -> Judgement {
    if tests.is_empty() {
        return Judgement::Passed(Vec::new());
    }
    // What cannot be read says nothing of the credentials: a proxy may have written it.
    let Some(body) = &answer.body else {
        return Judgement::Failed(Class::UnexpectedAnswer, Some("the answer is no JSON".to_owned()));
    };
    let mut warnings = Vec::new();
    for test in tests.iter().filter(|test| holds(test, body, known) == Some(false)) {
        if !test.is_warning {
            return Judgement::Failed(class_of_test(answer.status, test), Some(in_words(test)));
        }
        warnings.push(in_words(test));
    }
    Judgement::Passed(warnings)
}

/// There are providers that answer 200 to whoever asks; so what is missing there is the
/// right to see it.
fn class_of_test(status: u16, test: &BodyTest) -> Class {
    match test.test {
        _ if !(200..300).contains(&status) => class_of_status(status),
        Test::SameAs(_) => Class::Mismatch,
        Test::Is(_) | Test::Any(_) | Test::Present | Test::Integer | Test::Object => {
            Class::CredentialsRejected
        }
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
