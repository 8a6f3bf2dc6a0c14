//! Spans, sent to whoever collects them, where the build has the feature `otlp`.

#[cfg(not(feature = "otlp"))]
mod none;
#[cfg(feature = "otlp")]
mod otlp;

#[cfg(not(feature = "otlp"))]
pub use none::Traces;
#[cfg(feature = "otlp")]
pub use otlp::Traces;
