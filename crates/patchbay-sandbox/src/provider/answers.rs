//! The answer to a check for each behaviour: what the entry says that answers mean, the other
//! way round.

use patchbay_catalogue::{AnswerMatch, BodyTest, Check, Limits, Reason, StatusRule, Test, Wait, WaitReading};
use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::document::{another, deny, remove, satisfy, satisfy_all, says_no_in_a_success, set};
use super::values::Known;
use crate::reply::Reply;

/// How long whoever asks too often is told to wait, in seconds.
const WAIT_S: u32 = 30;

/// A status and a body.
type Answer = (u16, Value);

/// Answers a check; `None` where the entry has no such answer.
pub(crate) fn of(check: &Check, behaviour: Behaviour, known: &Known<'_>) -> Option<Reply> {
    let plain = |(status, body)| Reply::Document(status, Vec::new(), body);
    let limits = known.entry.limits.as_ref();
    match behaviour {
        Behaviour::Good => Some(plain(good(check, known))),
        Behaviour::Refuses(reason) => refusal(check, reason, known).map(plain),
        Behaviour::Anonymous => anonymous(check, known).map(plain),
        Behaviour::Rule(number) => rule(check, number.checked_sub(1)?, known).map(plain),
        Behaviour::Throttled(number) => {
            let answer = throttled(check, number.checked_sub(1)?, known)?;
            let wait = limits.and_then(|limits| limits.wait.first());
            Some(waiting(answer, wait.into_iter(), false))
        }
        Behaviour::Waits(number) => {
            let wait = limits?.wait.get(number.checked_sub(1)?)?;
            Some(waiting(throttled(check, 0, known)?, std::iter::once(wait), true))
        }
        Behaviour::Status(status) => {
            let is_good = check.expect.status.iter().any(|rule| rule.holds_for(status));
            Some(plain(if is_good { (status, good(check, known).1) } else { (status, said(status)) }))
        }
        Behaviour::Odd(oddity) => Some(Reply::Odd(oddity)),
    }
}

/// The answer that says yes, and tells all that the entry keeps of it.
fn good(check: &Check, known: &Known<'_>) -> Answer {
    let mut body = known.examples.answer(&check.id, &known.account, known.number);
    for (key, at) in &check.put {
        set(&mut body, at.as_str(), known.value(key));
    }
    satisfy_all(&mut body, &check.expect.all, known);
    (check.expect.status.first().map_or(200, |rule| status_of(*rule)), body)
}

const fn status_of(rule: StatusRule) -> u16 {
    match rule {
        StatusRule::Exactly(status) => status,
        StatusRule::Class(digit) => digit * 100,
    }
}

/// What stands in an answer whose status says everything.
fn said(status: u16) -> Value {
    json!({ "message": format!("the sandbox answers {status}") })
}

/// An answer that says no for a reason: by the entry's own rejections, else by the status that
/// means it everywhere.
fn refusal(check: &Check, reason: Reason, known: &Known<'_>) -> Option<Answer> {
    let of_reason = (0..check.reject.len()).filter(|number| check.reject[*number].reason == reason);
    let by_rule = of_reason.into_iter().find_map(|number| rule(check, number, known));
    by_rule.or_else(|| match reason {
        Reason::Mismatch => mismatch(check, known),
        Reason::Throttled => throttled(check, 0, known),
        Reason::CredentialsRejected => by_status(check, 401, known),
        Reason::PermissionMissing => by_status(check, 403, known),
        Reason::NotFound => by_status(check, 404, known),
        Reason::ProviderUnreachable => by_status(check, 500, known),
        Reason::UnexpectedAnswer => by_status(check, 400, known),
        Reason::AccountInactive => None,
    })
}

/// A status alone, unless the entry has another meaning for it.
fn by_status(check: &Check, status: u16, known: &Known<'_>) -> Option<Answer> {
    let body = said(status);
    let is_good = check.expect.status.iter().any(|rule| rule.holds_for(status));
    let forms = known.entry.limits.iter().flat_map(|limits| &limits.throttled);
    let mut meanings = check.reject.iter().map(|rejection| &rejection.answer).chain(forms);
    let has_another = meanings.any(|answer| is_like(answer, status, &body));
    (!is_good && !has_another).then_some((status, body))
}

/// The good answer, of another account.
fn mismatch(check: &Check, known: &Known<'_>) -> Option<Answer> {
    let compares = |test: &&BodyTest| matches!(test.test, Test::SameAs(_)) && !test.is_warning;
    let test = check.expect.all.iter().find(compares)?;
    let (status, mut body) = good(check, known);
    let other = another(test.at.of(&body)?);
    set(&mut body, test.at.as_str(), other);
    Some((status, body))
}

/// A success without what is expected in it.
fn anonymous(check: &Check, known: &Known<'_>) -> Option<Answer> {
    let asks = |test: &&BodyTest| !matches!(test.test, Test::SameAs(_)) && !test.is_warning;
    let test = check.expect.all.iter().find(asks)?;
    let (status, mut body) = good(check, known);
    remove(&mut body, test.at.as_str());
    let is_rejected = check.reject.iter().any(|rejection| is_like(&rejection.answer, status, &body));
    (!is_rejected).then_some((status, body))
}

/// The answer that says no by the rule of that position.
fn rule(check: &Check, position: usize, known: &Known<'_>) -> Option<Answer> {
    let rejection = check.reject.get(position)?;
    let earlier: Vec<_> = check.reject[..position].iter().map(|earlier| &earlier.answer).collect();
    matching(check, &rejection.answer, &earlier, known)
}

/// The answer that means "slow down" in the form of that position. Where the entry has none, the
/// first is what everybody understands.
fn throttled(check: &Check, position: usize, known: &Known<'_>) -> Option<Answer> {
    let forms =
        known.entry.limits.as_ref().map(|limits: &Limits| limits.throttled.as_slice()).unwrap_or_default();
    let Some(form) = forms.get(position) else {
        return if position == 0 { by_status(check, 429, known) } else { None };
    };
    let others = check.reject.iter().filter(|rejection| rejection.reason != Reason::Throttled);
    let earlier = others.map(|rejection| &rejection.answer).chain(&forms[..position]);
    matching(check, form, &earlier.collect::<Vec<_>>(), known)
}

/// An answer that is like one of the entry's, and like none of those that are tried earlier.
fn matching(
    check: &Check,
    like: &AnswerMatch,
    earlier: &[&AnswerMatch],
    known: &Known<'_>,
) -> Option<Answer> {
    let expected = &check.expect.all;
    let unsaid = match (says_no_in_a_success(expected), check.expect.status.first()) {
        (true, Some(rule)) => status_of(*rule),
        _ => 400,
    };
    let status = like.status.first().map_or(unsaid, |rule| status_of(*rule));
    let of = |test: Option<BodyTest>| {
        let mut body = json!({});
        deny(&mut body, expected);
        if let Some(test) = test {
            satisfy(&mut body, &test, known);
        }
        body
    };
    let bodies: Vec<Value> = match &like.body {
        None => vec![of(None)],
        Some(BodyTest { at, test: Test::Any(values), is_warning }) => {
            let one = |value: &Value| BodyTest {
                at: at.clone(),
                test: Test::Is(value.clone()),
                is_warning: *is_warning,
            };
            values.iter().map(|value| of(Some(one(value)))).collect()
        }
        Some(test) => vec![of(Some(test.clone()))],
    };
    let is_fresh = |body: &Value| !earlier.iter().any(|other| is_like(other, status, body));
    bodies.into_iter().find(is_fresh).map(|body| (status, body))
}

/// Whether an answer is like one of the entry's.
fn is_like(like: &AnswerMatch, status: u16, body: &Value) -> bool {
    let has_status = like.status.is_empty() || like.status.iter().any(|rule| rule.holds_for(status));
    let holds = |test: &BodyTest| test.holds_for(body, |_, _| None) == Some(true);
    has_status && like.body.as_ref().is_none_or(holds)
}

/// The answer with headers that say how long to wait.
fn waiting<'w>((status, body): Answer, waits: impl Iterator<Item = &'w Wait>, by_date: bool) -> Reply {
    let header = |wait: &Wait| (wait.header.clone(), wait_text(wait.reading, by_date));
    Reply::Document(status, waits.map(header).collect(), body)
}

/// Half a minute in the way in which a header is read; where it is read as a moment, one that
/// never comes: there is no clock here, and nobody waits longer than the entry says.
fn wait_text(reading: WaitReading, by_date: bool) -> String {
    match reading {
        WaitReading::SecondsOrDate if by_date => "Fri, 31 Dec 9999 23:59:59 GMT".to_owned(),
        WaitReading::Seconds | WaitReading::SecondsOrDate => WAIT_S.to_string(),
        WaitReading::Milliseconds => (WAIT_S * 1000).to_string(),
        WaitReading::EpochSeconds => "253402300799".to_owned(),
        WaitReading::MetaUsageMinutes => {
            json!({ "sandbox": [{ "estimated_time_to_regain_access": 1 }] }).to_string()
        }
    }
}

/// The answer of a token address, or of any other, to whoever asks too often.
pub(crate) fn throttled_anywhere(known: &Known<'_>, mut body: Value) -> Reply {
    let limits = known.entry.limits.as_ref();
    let form = limits.and_then(|limits| limits.throttled.first());
    let status = form.and_then(|form| form.status.first()).map_or(429, |rule| status_of(*rule));
    if let Some(test) = form.and_then(|form| form.body.as_ref()) {
        satisfy(&mut body, test, known);
    }
    let wait = limits.and_then(|limits| limits.wait.first());
    match wait {
        Some(wait) => waiting((status, body), std::iter::once(wait), false),
        None => Reply::Document(status, vec![("retry-after".to_owned(), WAIT_S.to_string())], body),
    }
}

/// The words with which a check has an answer.
pub(crate) fn words_of(check: &Check, known: &Known<'_>) -> Vec<String> {
    let words = super::behaviour::all().flat_map(|(name, _)| {
        let numbers =
            if name.ends_with('N') && name != "statusN" { 1..=check.reject.len().max(9) } else { 0..=0 };
        numbers.map(move |number| match (name, number) {
            ("statusN", _) => "status500".to_owned(),
            (name, 0) => name.to_owned(),
            (name, number) => super::behaviour::numbered(name, number),
        })
    });
    let is_played =
        |word: &String| Behaviour::of(word).and_then(|behaviour| of(check, behaviour, known)).is_some();
    words.filter(is_played).collect()
}
