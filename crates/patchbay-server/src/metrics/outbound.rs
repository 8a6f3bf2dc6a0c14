//! Requests to third parties, as their ports see them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{Counter, Histogram};
use patchbay_domain::{
    AuthorizationCode, AuthorizationRequest, CredentialVerifier, ExchangeError, FetchError, Granted,
    ManifestDocument, ManifestFetcher, ManifestUrl, OAuthExchanger, OpenConnection, ProviderId, Verification,
    VerificationClass,
};
use secrecy::SecretString;

use super::names;
use super::registry::Registry;

/// How a request to a third party ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It brought what was asked for.
    Done,
    /// It was not sent: there is nowhere to send it to, or nobody may.
    NotSent,
    /// No answer came in time.
    TimedOut,
    /// The other side cannot be reached, or broke off.
    Unreachable,
    /// The other side said no.
    Rejected,
    /// The answer is none that can be used.
    Unusable,
}

const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Done, "done"),
    (Outcome::NotSent, "not_sent"),
    (Outcome::TimedOut, "timed_out"),
    (Outcome::Unreachable, "unreachable"),
    (Outcome::Rejected, "rejected"),
    (Outcome::Unusable, "unusable"),
];

/// The series of what is asked of one provider for one purpose.
struct Asked {
    requests: [Counter; OUTCOMES.len()],
    duration: Histogram,
}

impl Asked {
    fn of(registry: &Registry, purpose: &'static str, provider: &str) -> Self {
        let (purpose, provider) = (("purpose", purpose), ("provider", provider));
        let requests = OUTCOMES.map(|(_, outcome)| {
            registry.counter(names::OUTBOUND_REQUESTS, &[purpose, provider, ("outcome", outcome)])
        });
        Self { requests, duration: registry.histogram(names::OUTBOUND_DURATION, &[purpose, provider]) }
    }

    /// Waits for an answer, and counts it.
    async fn counted<T, E>(
        &self,
        asking: impl Future<Output = Result<T, E>>,
        judge: impl FnOnce(&E) -> Outcome,
    ) -> Result<T, E> {
        let began = Instant::now();
        let answer = asking.await;
        self.count(answer.as_ref().err().map_or(Outcome::Done, judge), began);
        answer
    }

    /// Counts what began then and ended now.
    fn count(&self, outcome: Outcome, began: Instant) {
        let place = OUTCOMES.iter().position(|(known, _)| *known == outcome);
        if let Some(requests) = place.and_then(|place| self.requests.get(place)) {
            requests.increment(1);
        }
        if outcome != Outcome::NotSent {
            self.duration.record(began.elapsed());
        }
    }
}

/// A [`ManifestFetcher`] whose requests are counted.
pub struct CountedFetcher<F> {
    inner: F,
    manifests: Asked,
}

impl<F> CountedFetcher<F> {
    /// Counts what `inner` asks for.
    pub fn new(inner: F, registry: &Registry) -> Self {
        Self { inner, manifests: Asked::of(registry, "manifest", "json_manifest") }
    }
}

#[async_trait]
impl<F: ManifestFetcher> ManifestFetcher for CountedFetcher<F> {
    async fn fetch(&self, url: &ManifestUrl) -> Result<ManifestDocument, FetchError> {
        let judge = |error: &FetchError| match error {
            FetchError::NotAUrl | FetchError::Refused(_) => Outcome::NotSent,
            FetchError::TimedOut => Outcome::TimedOut,
            FetchError::NoAnswer(_) => Outcome::Unreachable,
            FetchError::Answered(_) => Outcome::Rejected,
            FetchError::TooLarge | FetchError::NotJson | FetchError::NotAManifest(_) => Outcome::Unusable,
        };
        self.manifests.counted(self.inner.fetch(url), judge).await
    }
}

/// What providers are called together that were not known when counting began.
const OTHERS: &str = "other";

/// The series of what is asked of each provider for one purpose; those of a provider are there
/// once it was asked.
struct PerProvider {
    registry: Arc<Registry>,
    purpose: &'static str,
    known: Arc<HashSet<ProviderId>>,
}

impl PerProvider {
    fn asked(&self, provider: &ProviderId) -> Asked {
        let provider = if self.known.contains(provider) { provider.as_str() } else { OTHERS };
        Asked::of(&self.registry, self.purpose, provider)
    }
}

/// The providers that are counted each by itself, and where that is.
#[derive(Clone)]
pub struct Providers {
    pub(super) registry: Arc<Registry>,
    pub(super) known: Arc<HashSet<ProviderId>>,
}

impl Providers {
    fn asked_for(&self, purpose: &'static str) -> PerProvider {
        PerProvider { registry: self.registry.clone(), purpose, known: self.known.clone() }
    }
}

/// An [`OAuthExchanger`] whose requests are counted.
pub struct CountedExchanger<E> {
    inner: E,
    exchanges: PerProvider,
    refreshes: PerProvider,
    revocations: PerProvider,
}

impl<E> CountedExchanger<E> {
    /// Counts what `inner` asks `providers`, each by itself, and all others together.
    pub fn new(inner: E, providers: &Providers) -> Self {
        Self {
            inner,
            exchanges: providers.asked_for("oauth_exchange"),
            refreshes: providers.asked_for("oauth_refresh"),
            revocations: providers.asked_for("oauth_revocation"),
        }
    }
}

const fn judge(error: &ExchangeError) -> Outcome {
    match error {
        ExchangeError::NotConfigured | ExchangeError::Incomplete { .. } => Outcome::NotSent,
        ExchangeError::TimedOut => Outcome::TimedOut,
        ExchangeError::Unreachable(_) => Outcome::Unreachable,
        ExchangeError::Refused { .. }
        | ExchangeError::CodeRefused { .. }
        | ExchangeError::Ended { .. }
        | ExchangeError::ClientRefused(_)
        | ExchangeError::Throttled { .. } => Outcome::Rejected,
        ExchangeError::Forged | ExchangeError::Unexpected(_) => Outcome::Unusable,
    }
}

#[async_trait]
impl<E: OAuthExchanger> OAuthExchanger for CountedExchanger<E> {
    fn authorize_url(
        &self,
        connection: &OpenConnection,
        request: &AuthorizationRequest,
    ) -> Result<SecretString, ExchangeError> {
        self.inner.authorize_url(connection, request)
    }

    fn returned(
        &self,
        connection: &OpenConnection,
        parameters: &[(String, String)],
    ) -> Result<SecretString, ExchangeError> {
        self.inner.returned(connection, parameters)
    }

    async fn exchange(
        &self,
        connection: &OpenConnection,
        code: &AuthorizationCode,
    ) -> Result<Granted, ExchangeError> {
        let asked = self.exchanges.asked(&connection.provider);
        asked.counted(self.inner.exchange(connection, code), judge).await
    }

    async fn refresh(&self, connection: &OpenConnection) -> Result<Granted, ExchangeError> {
        let asked = self.refreshes.asked(&connection.provider);
        asked.counted(self.inner.refresh(connection), judge).await
    }

    async fn revoke(&self, connection: &OpenConnection) -> Result<(), ExchangeError> {
        let asked = self.revocations.asked(&connection.provider);
        asked.counted(self.inner.revoke(connection), judge).await
    }
}

/// A [`CredentialVerifier`] whose verifications are counted, each as one request.
pub struct CountedVerifier<V> {
    inner: V,
    verifications: PerProvider,
}

impl<V> CountedVerifier<V> {
    /// Counts what `inner` asks `providers`, each by itself, and all others together.
    pub fn new(inner: V, providers: &Providers) -> Self {
        Self { inner, verifications: providers.asked_for("verification") }
    }
}

/// A verification says no more of an answer that does not come than that it did not.
const fn judge_class(class: VerificationClass) -> Outcome {
    match class {
        VerificationClass::Ok | VerificationClass::OkWithWarnings => Outcome::Done,
        VerificationClass::Incomplete | VerificationClass::Skipped => Outcome::NotSent,
        VerificationClass::CredentialsRejected
        | VerificationClass::PermissionMissing
        | VerificationClass::NotFound
        | VerificationClass::AccountInactive
        | VerificationClass::Mismatch
        | VerificationClass::ReconnectNeeded
        | VerificationClass::Throttled => Outcome::Rejected,
        VerificationClass::ProviderUnreachable => Outcome::Unreachable,
        VerificationClass::UnexpectedAnswer => Outcome::Unusable,
    }
}

#[async_trait]
impl<V: CredentialVerifier> CredentialVerifier for CountedVerifier<V> {
    async fn verify(&self, connection: &OpenConnection) -> Verification {
        let asked = self.verifications.asked(&connection.provider);
        let began = Instant::now();
        let verification = self.inner.verify(connection).await;
        asked.count(judge_class(verification.class), began);
        verification
    }
}
