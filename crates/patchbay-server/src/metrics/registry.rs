//! The series, and their report.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::names::{ALL, Kind, Metric};

/// Where the library is told that a series comes from. It asks and does nothing with it.
const HERE: Metadata<'_> = Metadata::new(module_path!(), Level::INFO, None);

/// A name and a value that tell series of one metric apart.
pub type Tag<'a> = (&'static str, &'a str);

/// The series of one installation. It is no global: tests have as many as they like.
pub struct Registry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Registry {
    /// Knows every metric, and has no series yet.
    ///
    /// # Errors
    /// When a histogram has no bounds.
    pub fn new() -> Result<Self, BuildError> {
        let recorder = ALL.iter().try_fold(PrometheusBuilder::new(), with_bounds)?.build_recorder();
        for Metric(name, kind, meaning) in ALL {
            let name = KeyName::from_const_str(name);
            match kind {
                Kind::Counter => recorder.describe_counter(name, None, meaning.into()),
                Kind::Gauge => recorder.describe_gauge(name, None, meaning.into()),
                Kind::Histogram(_) => recorder.describe_histogram(name, None, meaning.into()),
            }
        }
        let handle = recorder.handle();
        Ok(Self { recorder, handle })
    }

    /// The counter with these tags; the same each time.
    pub fn counter(&self, name: &'static str, tags: &[Tag<'_>]) -> Counter {
        self.recorder.register_counter(&key(name, tags), &HERE)
    }

    /// The gauge with these tags; the same each time.
    pub fn gauge(&self, name: &'static str, tags: &[Tag<'_>]) -> Gauge {
        self.recorder.register_gauge(&key(name, tags), &HERE)
    }

    /// The histogram with these tags; the same each time.
    pub fn histogram(&self, name: &'static str, tags: &[Tag<'_>]) -> Histogram {
        self.recorder.register_histogram(&key(name, tags), &HERE)
    }

    /// Folds what was measured into the histograms.
    pub fn fold(&self) {
        self.handle.run_upkeep();
    }

    /// Every series, in the text format of Prometheus.
    pub fn report(&self) -> String {
        self.handle.render()
    }
}

/// Adds the bounds of a histogram.
fn with_bounds(
    builder: PrometheusBuilder,
    Metric(name, kind, _): &Metric,
) -> Result<PrometheusBuilder, BuildError> {
    match kind {
        Kind::Histogram(bounds) => builder.set_buckets_for_metric(Matcher::Full((*name).to_owned()), bounds),
        Kind::Counter | Kind::Gauge => Ok(builder),
    }
}

fn key(name: &'static str, tags: &[Tag<'_>]) -> Key {
    let labels: Vec<_> = tags.iter().map(|(name, value)| Label::new(*name, (*value).to_owned())).collect();
    Key::from_parts(name, labels)
}

/// A count as the library wants it: exact below 2^32, which no gauge here reaches.
pub fn figure(count: usize) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}
