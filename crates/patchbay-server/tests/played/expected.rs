//! What comes of each word, by the rules of an entry.

use patchbay_catalogue::{AnswerMatch, Check, Entry, Reason, StatusRule, Test};
use patchbay_domain::VerificationClass as Class;

/// What comes of a word.
pub struct Expected {
    pub word: String,
    pub class: Class,
    /// What is said of it, in a part.
    pub says: &'static str,
    /// Whether nothing is answered.
    pub hangs: bool,
}

fn comes(word: impl Into<String>, class: Class) -> Expected {
    Expected { word: word.into(), class, says: "", hangs: false }
}

/// Every word for which a check has an answer, and what comes of it.
pub fn expected(entry: &Entry, check: &Check) -> Vec<Expected> {
    let throttled = entry.limits.as_ref().map(|limits| limits.throttled.as_slice()).unwrap_or_default();
    let waits = entry.limits.as_ref().map_or(0, |limits| limits.wait.len());
    let mut all = vec![
        comes("good", Class::Ok),
        comes("rejected", Class::CredentialsRejected),
        comes("revoked", Class::CredentialsRejected),
        comes("notfound", Class::NotFound),
        comes("throttled", Class::Throttled),
        comes("huge", Class::UnexpectedAnswer),
        comes("flood", Class::UnexpectedAnswer),
        comes("redirect", Class::UnexpectedAnswer),
        comes("status500", alone(check, throttled, 500)),
        comes("status429", alone(check, throttled, 429)),
        comes("status418", alone(check, throttled, 418)),
        Expected { hangs: true, ..comes("hang", Class::ProviderUnreachable) },
        Expected { hangs: true, ..comes("slow", Class::ProviderUnreachable) },
    ];
    if check.reject.iter().any(|rejection| rejection.reason == Reason::AccountInactive) {
        all.push(comes("inactive", Class::AccountInactive));
    }
    let has_rule = check.reject.iter().any(|rejection| rejection.reason == Reason::PermissionMissing);
    if has_rule || alone(check, throttled, 403) == Class::UnexpectedAnswer {
        all.push(comes("forbidden", Class::PermissionMissing));
    }
    if check.expect.all.iter().any(|test| !matches!(test.test, Test::SameAs(_)) && !test.is_warning) {
        // An answer of a status that is no success means what that does everywhere.
        let class = match check.expect.status.first() {
            Some(StatusRule::Exactly(403)) => Class::PermissionMissing,
            Some(StatusRule::Exactly(404)) => Class::NotFound,
            Some(StatusRule::Exactly(400 | 402 | 405..=499)) => Class::UnexpectedAnswer,
            _ => Class::CredentialsRejected,
        };
        all.push(comes("anonymous", class));
    }
    // Where the body does not count, anything will do.
    let any_body = check.expect.all.is_empty() && holds(&check.expect.status, 200);
    let unread = if any_body { Class::Ok } else { Class::UnexpectedAnswer };
    all.extend(["html", "broken"].map(|word| comes(word, unread)));
    let rejections = (1..).zip(&check.reject);
    all.extend(
        rejections.map(|(number, rejection)| comes(format!("reject{number}"), class_of(rejection.reason))),
    );
    all.extend((1..=throttled.len()).map(|number| comes(format!("throttled{number}"), Class::Throttled)));
    let told = |number| Expected { says: "wait", ..comes(format!("wait{number}"), Class::Throttled) };
    all.extend((1..=waits).map(told));
    all
}

fn holds(rules: &[StatusRule], status: u16) -> bool {
    rules.iter().any(|rule| rule.holds_for(status))
}

/// What a status alone means.
fn alone(check: &Check, throttled: &[AnswerMatch], status: u16) -> Class {
    let is_like = |answer: &AnswerMatch| answer.body.is_none() && holds(&answer.status, status);
    match check.reject.iter().find(|rejection| is_like(&rejection.answer)) {
        Some(rejection) => class_of(rejection.reason),
        None if throttled.iter().any(is_like) || status == 429 => Class::Throttled,
        None if status >= 500 => Class::ProviderUnreachable,
        None => Class::UnexpectedAnswer,
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
