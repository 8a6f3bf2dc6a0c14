//! Requests to third parties, as their ports see them.

use std::collections::HashMap;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{Counter, Histogram};
use patchbay_domain::{
    Credentials, ExchangeError, FetchError, Granted, ManifestDocument, ManifestFetcher, ManifestUrl,
    OAuthExchanger, ProviderId,
};
use patchbay_providers::oauth_providers;
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
        let outcome = answer.as_ref().err().map_or(Outcome::Done, judge);
        let place = OUTCOMES.iter().position(|(known, _)| *known == outcome);
        if let Some(requests) = place.and_then(|place| self.requests.get(place)) {
            requests.increment(1);
        }
        if outcome != Outcome::NotSent {
            self.duration.record(began.elapsed());
        }
        answer
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

/// An [`OAuthExchanger`] whose requests are counted. Providers that it cannot know, because
/// nothing is known of them, are not.
pub struct CountedExchanger<E> {
    inner: E,
    exchanges: HashMap<ProviderId, Asked>,
    revocations: HashMap<ProviderId, Asked>,
}

impl<E> CountedExchanger<E> {
    /// Counts what `inner` asks for.
    pub fn new(inner: E, registry: &Registry) -> Self {
        let each = |purpose| {
            oauth_providers().map(|id| (id.clone(), Asked::of(registry, purpose, id.as_str()))).collect()
        };
        Self { inner, exchanges: each("oauth_exchange"), revocations: each("oauth_revocation") }
    }
}

fn judge(error: &ExchangeError) -> Outcome {
    match error {
        ExchangeError::NotConfigured => Outcome::NotSent,
        ExchangeError::TimedOut => Outcome::TimedOut,
        ExchangeError::Unreachable(_) => Outcome::Unreachable,
        ExchangeError::CodeRefused { .. } | ExchangeError::ClientRefused(_) | ExchangeError::Throttled => {
            Outcome::Rejected
        }
        ExchangeError::Unexpected(_) => Outcome::Unusable,
    }
}

#[async_trait]
impl<E: OAuthExchanger> OAuthExchanger for CountedExchanger<E> {
    async fn exchange(&self, provider: &ProviderId, code: &SecretString) -> Result<Granted, ExchangeError> {
        let asking = self.inner.exchange(provider, code);
        match self.exchanges.get(provider) {
            Some(asked) => asked.counted(asking, judge).await,
            None => asking.await,
        }
    }

    async fn revoke(&self, provider: &ProviderId, tokens: &Credentials) -> Result<(), ExchangeError> {
        let asking = self.inner.revoke(provider, tokens);
        match self.revocations.get(provider) {
            Some(asked) => asked.counted(asking, judge).await,
            None => asking.await,
        }
    }
}
