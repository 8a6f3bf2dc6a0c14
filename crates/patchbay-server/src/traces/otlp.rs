//! Spans, sent to a collector (OTLP over HTTP).

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use patchbay_providers::{
    GuardedClient, Method, OutboundPolicy, OutboundRequest, OutboundUrl, TrustedOrigin,
};
use tokio::runtime::Runtime;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// What the service is called among the spans of others.
const NAME: &str = "patchbay";

/// Where a collector takes spans, below its origin.
const PATH: &str = "v1/traces";

/// The most that handing over a few hundred spans may take.
const WITHIN: Duration = Duration::from_secs(5);

/// The most that handing over the last ones may take when the service ends.
const LAST_WITHIN: Duration = Duration::from_secs(2);

/// The spans on their way. They are kept for up to five seconds and sent together, from a
/// thread of their own; when more come than can be sent, some are dropped.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends spans to the collector at `origin`.
    ///
    /// # Errors
    /// When the way there cannot be set up. Whether anybody is there is seen later.
    pub fn to(origin: &TrustedOrigin) -> anyhow::Result<Self> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::at(origin)?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{origin}/{PATH}"))
            .with_timeout(WITHIN)
            .build()
            .context("spans cannot be exported (telemetry.otlp_endpoint)")?;
        let provider = SdkTracerProvider::builder()
            .with_resource(Resource::builder().with_service_name(NAME).build())
            .with_batch_exporter(exporter)
            .build();
        Ok(Self(provider))
    }

    /// Takes the spans of this program's own crates, and nothing of the events in them: what
    /// those say is for the log.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            // A span is named by its route, which is known in the end: until then none is begun.
            .with_context_activation(false)
            .with_filter(filter_fn(|about| about.is_span() && about.target().starts_with(NAME)))
    }

    /// Sends what is still there.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_WITHIN) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// The way to the collector: the guarded client, like every way out. The exporter has a thread
/// that waits for it and no runtime, so it brings a small one along.
struct Collector {
    client: GuardedClient,
    origin: TrustedOrigin,
    runtime: Mutex<Runtime>,
}

impl Collector {
    fn at(origin: &TrustedOrigin) -> anyhow::Result<Self> {
        let client = GuardedClient::new(OutboundPolicy::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = Mutex::new(runtime.context("spans cannot be sent")?);
        Ok(Self { client, origin: origin.clone(), runtime })
    }

    fn send(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let url = OutboundUrl::parse(&request.uri().to_string())?;
        let mut sent = OutboundRequest::new(Method::POST, url).trusting(&self.origin).within(WITHIN);
        for (name, value) in request.headers() {
            // Those that the connection owns, it sets itself.
            sent = sent.clone().header(name.as_str(), value.to_str()?).unwrap_or(sent);
        }
        let sent = sent.body(request.body().to_vec());
        let runtime = self.runtime.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let answer = runtime.block_on(self.client.send(sent))?;
        Ok(Response::builder().status(answer.status()).body(answer.body().to_vec().into())?)
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.send(&request);
        match &answer {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => tracing::warn!(status = answer.status().as_u16(), "the collector refused spans"),
            Err(error) => tracing::warn!(error = %error, "spans could not be sent to the collector"),
        }
        answer
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").field("origin", &self.origin).finish_non_exhaustive()
    }
}
