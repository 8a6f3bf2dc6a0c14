//! Whether connections work, by asking their providers as entries of the catalogue say.
//!
//! A verification takes the set of entries that counts once and then goes this way:
//!
//! 1. The values that templates name are gathered, and [`method`] chooses the first way of
//!    connecting for which all is there.
//! 2. Where tokens are got without a person and none is stored, [`tokens`] gets one, for this
//!    verification alone.
//! 3. For each check of that method, in order, a request is made of the entry's templates and
//!    signed, as [`asking`](crate::asking) tells. It goes through the guarded client like every
//!    other: ten seconds, 64 KiB, no redirect.
//! 4. [`mod@judge`] says what the answer means. The first check that does not pass ends it. Who
//!    is asked to wait a moment waits that moment and asks again, once.
//! 5. When all have passed, what the provider said of the connection is kept; when one has not,
//!    [`detail`] keeps its words, without anything secret.
//!
//! Nothing here is logged, and nothing is stored.

mod assertion;
mod detail;
mod judge;
mod method;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_catalogue::{AuthMethod, AuthType, Check, Entry, ReloadableCatalogue, ScopeCheck, Sign};
use patchbay_domain::{
    Clock, CredentialVerifier, NoAnswer, OpenConnection, ProviderId, Verification, VerificationClass,
};
use serde_json::{Map, Value};

use crate::asking::answer::Answer;
use crate::asking::known::Known;
use crate::asking::redaction::Redaction;
use crate::asking::{MAX_BYTES, Unaskable, WITHIN, facts, request, sign, wait};
use crate::{GuardedClient, OutboundError, OutboundResponse, TrustedOrigin};
use judge::{Judgement, judge};

/// The longest that is waited before a check is made again.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Asks providers whether connections work, as the catalogue says.
#[derive(Clone)]
pub struct HttpCredentialVerifier {
    client: GuardedClient,
    catalogue: Arc<ReloadableCatalogue>,
    origins: HashMap<ProviderId, TrustedOrigin>,
    clock: Arc<dyn Clock>,
    pause: Arc<dyn Pause>,
    within: Duration,
}

impl HttpCredentialVerifier {
    /// Asks through `client`; providers that have one of `origins`, there, whatever host
    /// their entry or the connection names.
    #[must_use]
    pub fn new(
        client: GuardedClient,
        catalogue: Arc<ReloadableCatalogue>,
        origins: HashMap<ProviderId, TrustedOrigin>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { client, catalogue, origins, clock, pause: Arc::new(Sleep), within: WITHIN }
    }

    async fn verify_by(&self, entry: &Entry, connection: &OpenConnection) -> Verification {
        if !entry.is_verifiable() {
            return Verification::of(VerificationClass::Skipped);
        }
        let known = Known::of(entry, connection);
        let method = match method::chosen(entry, &known) {
            Ok(method) => method,
            Err(missing) => return ended(VerificationClass::Incomplete, Some(missing.join(", "))),
        };
        if method.auth_type == AuthType::None {
            return Verification::of(VerificationClass::Skipped);
        }
        if let Some(why) = method::unusable(method) {
            return ended(VerificationClass::Skipped, Some(why.to_owned()));
        }
        let known = known.with_tokens_of(method);
        let mut asking = Asking::new(self, entry, method, known);
        asking.warnings.extend(missing_scopes(method, &connection.scopes));
        asking.ask_all().await
    }
}

#[async_trait]
impl CredentialVerifier for HttpCredentialVerifier {
    async fn verify(&self, connection: &OpenConnection) -> Verification {
        let catalogue = self.catalogue.current();
        match catalogue.entry(&connection.provider) {
            Some(entry) => self.verify_by(entry, connection).await,
            None => Verification::of(VerificationClass::Skipped),
        }
    }
}

impl fmt::Debug for HttpCredentialVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCredentialVerifier")
            .field("client", &self.client)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

/// Lets time pass.
#[async_trait]
trait Pause: Send + Sync {
    async fn pause(&self, time: Duration);
}

struct Sleep;

#[async_trait]
impl Pause for Sleep {
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

impl From<Unaskable> for Verification {
    fn from(why: Unaskable) -> Self {
        let (Unaskable::Missing(detail)
        | Unaskable::Misplaced { why: detail, .. }
        | Unaskable::Unfit(detail)) = why;
        ended(VerificationClass::Incomplete, Some(detail))
    }
}

/// What a person did not allow of what was asked for, where the entry wants all of it. Who does
/// not say what was allowed is believed.
fn missing_scopes(method: &AuthMethod, granted: &[String]) -> Option<String> {
    let exchange = method
        .exchange
        .as_ref()
        .filter(|exchange| exchange.scope_check == Some(ScopeCheck::AllDefault) && !granted.is_empty())?;
    let missing: Vec<_> = exchange.scopes.iter().filter(|scope| !granted.contains(scope)).cloned().collect();
    (!missing.is_empty()).then(|| format!("not granted: {}", missing.join(", ")))
}

fn ended(class: VerificationClass, detail: Option<String>) -> Verification {
    let detail = detail.map(|detail| detail.chars().take(Verification::MAX_DETAIL).collect());
    Verification { detail, ..Verification::of(class) }
}

/// One verification under way.
struct Asking<'a> {
    verifier: &'a HttpCredentialVerifier,
    entry: &'a Entry,
    method: &'a AuthMethod,
    known: Known<'a>,
    redaction: Redaction,
    facts: Map<String, Value>,
    warnings: Vec<String>,
    may_ask_again: bool,
}

impl<'a> Asking<'a> {
    fn new(
        verifier: &'a HttpCredentialVerifier,
        entry: &'a Entry,
        method: &'a AuthMethod,
        known: Known<'a>,
    ) -> Self {
        let redaction = Redaction::of(known.secrets());
        let (facts, warnings) = (Map::new(), Vec::new());
        Self { verifier, entry, method, known, redaction, facts, warnings, may_ask_again: true }
    }

    async fn ask_all(mut self) -> Verification {
        let (entry, method) = (self.entry, self.method);
        let is_meant = |check: &&Check| method.checks.as_ref().is_none_or(|ids| ids.contains(&check.id));
        let mut was_asked = false;
        if let Some(exchange) = tokens::exchange_of(method, &self.known) {
            if let Err(failed) = self.get_token(exchange).await {
                return failed;
            }
            was_asked = true;
        }
        for check in entry.checks.iter().filter(is_meant) {
            let is_known = |field: &String| self.known.field(field).is_some();
            let is_skipped = check.skip_unless.as_ref().is_some_and(|field| !is_known(field))
                || check.skip_if.as_ref().is_some_and(is_known);
            if is_skipped {
                continue;
            }
            was_asked = true;
            if let Err(failed) = self.ask(check, &method.sign).await {
                return failed;
            }
        }
        let class = match (was_asked, self.warnings.is_empty()) {
            (false, _) => VerificationClass::Skipped,
            (true, true) => VerificationClass::Ok,
            (true, false) => VerificationClass::OkWithWarnings,
        };
        let detail = (!self.warnings.is_empty()).then(|| self.warnings.join("; "));
        Verification { facts: self.facts, ..ended(class, detail) }
    }

    /// Makes a check, a second time when the provider asks for a moment; tells what was answered.
    async fn ask(&mut self, check: &Check, sign: &Sign) -> Result<Value, Verification> {
        loop {
            let response = self.send(check, sign).await?;
            let answer = Answer::of(&response);
            let (class, part) = match judge(check, self.entry.limits.as_ref(), &answer, &self.known) {
                Judgement::Passed(warnings) => {
                    self.warnings.extend(warnings);
                    let body = answer.body.unwrap_or_default();
                    let redaction = Some(&self.redaction);
                    facts::take(&check.put, &body, self.entry, &self.known, redaction, &mut self.facts);
                    return Ok(body);
                }
                Judgement::Failed(class, part) => (class, part),
            };
            let wait = if class == VerificationClass::Throttled { self.wait_after(&response) } else { None };
            match wait.filter(|wait| *wait <= MAX_WAIT) {
                Some(wait) if mem::take(&mut self.may_ask_again) => self.verifier.pause.pause(wait).await,
                _ => return Err(ended(class, self.detail(class, &answer, part, wait))),
            }
        }
    }

    async fn send(&mut self, check: &Check, sign: &Sign) -> Result<OutboundResponse, Verification> {
        let verifier = self.verifier;
        let signed = sign::signed(sign, &self.known)?;
        for secret in &signed.made {
            self.redaction.add(secret);
        }
        let origin = verifier.origins.get(&self.entry.id);
        let request = request::of(&check.into(), self.entry, &self.known, &signed, origin)?;
        let request = request.within(verifier.within).at_most(MAX_BYTES);
        let host = request.host().to_owned();
        verifier.client.send(request).await.map_err(|error| failed(&error, host))
    }

    fn wait_after(&self, response: &OutboundResponse) -> Option<Duration> {
        let limits = self.entry.limits.as_ref()?;
        wait::asked_for(limits, |name| response.header(name), self.verifier.clock.now())
    }

    /// What is said of a refusal: which part shows another account, else the provider's
    /// words, else what is known without them.
    fn detail(
        &self,
        class: VerificationClass,
        answer: &Answer,
        part: Option<String>,
        wait: Option<Duration>,
    ) -> Option<String> {
        if class == VerificationClass::Mismatch && part.is_some() {
            return part;
        }
        let error_at = self.method.exchange.as_ref().and_then(|exchange| exchange.error_at.as_ref());
        let words = answer.body.as_ref().and_then(|body| detail::words_of(body, error_at));
        let waiting = || wait.map(|wait| format!("the provider asks to wait {} s", wait.as_secs()));
        let status = || format!("status {}", answer.status);
        let words = words.and_then(|words| self.redaction.cleaned(words));
        words.or(part).or_else(waiting).or_else(|| Some(status()))
    }
}

/// What it means that no answer came.
fn failed(error: &OutboundError, host: String) -> Verification {
    let class = match error {
        OutboundError::Refused(_)
        | OutboundError::TimedOut
        | OutboundError::Unreachable(_)
        | OutboundError::Broken(_) => VerificationClass::ProviderUnreachable,
        OutboundError::Redirected(_) | OutboundError::TooLarge { .. } => VerificationClass::UnexpectedAnswer,
    };
    let no_answer = match error {
        OutboundError::Refused(_) => NoAnswer::UnknownHost(host),
        OutboundError::TimedOut => NoAnswer::TimedOut,
        _ => NoAnswer::Other,
    };
    Verification { no_answer: Some(no_answer), ..ended(class, Some(error.to_string())) }
}
