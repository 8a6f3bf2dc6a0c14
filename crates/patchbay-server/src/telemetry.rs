//! What the service says of itself, on standard error.

use std::io::{IsTerminal, stderr};
use std::panic::PanicHookInfo;

use anyhow::Context;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::settings::{LogFormat, TelemetrySettings};
use crate::traces::Traces;

/// What the targets of this program's own crates start with.
const OWN: &str = "patchbay";

/// Starts logging: one line for each event, written at once with one system call. Panics are
/// logged like everything else from then on.
///
/// # Errors
/// When logging was started before, or the way to a collector of spans cannot be set up.
pub fn start(settings: &TelemetrySettings) -> anyhow::Result<Telemetry> {
    let on_terminal = stderr().is_terminal();
    let format = settings.log_format.unwrap_or(if on_terminal { LogFormat::Pretty } else { LogFormat::Json });
    let lines = lines(format, on_terminal, stderr);
    let traces = settings.otlp_endpoint.as_ref().map(Traces::to).transpose()?;
    tracing_subscriber::registry()
        .with(lines)
        .with(traces.as_ref().map(Traces::layer))
        .with(without_libraries())
        .with(EnvFilter::builder().parse(&settings.level)?)
        .try_init()
        .context("logging cannot be started")?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(Telemetry { traces })
}

/// What goes on beside the log until the service ends.
#[must_use = "the last spans are sent when it is told to finish"]
pub struct Telemetry {
    traces: Option<Traces>,
}

impl Telemetry {
    /// Says the last words. Blocks for a moment where spans are sent to a collector.
    pub fn finish(self) {
        if let Some(traces) = self.traces {
            traces.finish();
        }
    }
}

/// Logs a panic, once and where it happens: whoever catches it sees neither the place nor the
/// request that it belongs to.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let said = panic.payload();
    let text = said.downcast_ref::<&str>().copied();
    let message = text.or_else(|| said.downcast_ref::<String>().map(String::as_str));
    let place = panic.location().map(tracing::field::display);
    tracing::error!(panic = message, place, "the code failed");
}

/// Events as lines. Times are UTC with microseconds.
fn lines<W>(format: LogFormat, colours: bool, writer: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    // Complaining about a log that cannot be written would go to the same place, and panic.
    let lines = fmt::layer().with_writer(writer).log_internal_errors(false);
    match format {
        LogFormat::Pretty => lines.with_ansi(colours).boxed(),
        LogFormat::Json => {
            let flat = lines.json().flatten_event(true).with_span_list(false);
            // Field values must not be coloured either: they are inside JSON strings.
            flat.with_ansi(false).boxed()
        }
    }
}

/// Lets through what the program's own crates say, which names no secret, and only warnings
/// of libraries: below, some of them print headers, bodies and SQL with its values.
fn without_libraries() -> Targets {
    Targets::new().with_default(LevelFilter::WARN).with_target(OWN, LevelFilter::TRACE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is written, write by write, while `work` is done.
    fn written(format: LogFormat, level: &str, work: impl FnOnce()) -> Vec<String> {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber = tracing_subscriber::registry()
            .with(lines(format, false, move || writer.clone()))
            .with(without_libraries())
            .with(EnvFilter::builder().parse(level).unwrap());
        tracing::subscriber::with_default(subscriber, work);
        let taken = captured.0.lock().unwrap();
        taken.iter().map(|write| String::from_utf8(write.clone()).unwrap()).collect()
    }

    #[test]
    fn an_event_is_one_flat_json_line_in_one_write() {
        let writes = written(LogFormat::Json, "info", || {
            tracing::info!(target: "patchbay_http", status = 200, route = "T4", "answered");
        });
        assert_eq!(writes.len(), 1);
        let line: Value = serde_json::from_str(writes[0].strip_suffix('\n').unwrap()).unwrap();
        assert_eq!((&line["status"], &line["route"]), (&200.into(), &"T4".into()));
        assert_eq!(line["message"], "answered");
        let time = line["timestamp"].as_str().unwrap();
        assert!(time.len() == "2026-01-01T00:00:00.000000Z".len() && time.ends_with('Z'), "{time}");
    }

    #[test]
    fn a_panic_is_one_line_that_names_what_it_says_and_its_request() {
        let writes = written(LogFormat::Json, "error", || {
            std::panic::set_hook(Box::new(log_panic));
            let request = tracing::error_span!(target: "patchbay_http", "request", request_id = "abc");
            request.in_scope(|| {
                let caught = std::panic::catch_unwind(|| panic!("planted {}", 1));
                assert!(caught.is_err());
            });
            drop(std::panic::take_hook());
        });
        assert_eq!(writes.len(), 1, "{writes:?}");
        let line: Value = serde_json::from_str(&writes[0]).unwrap();
        assert_eq!((&line["panic"], &line["level"]), (&"planted 1".into(), &"ERROR".into()), "{line}");
        assert_eq!(line["span"]["request_id"], "abc", "{line}");
        assert!(line["place"].as_str().unwrap().contains("telemetry.rs:"), "{line}");
    }

    #[test]
    fn libraries_are_kept_to_warnings_even_at_trace() {
        for level in ["trace", "trace,actix_http=trace,hyper=trace,diesel=trace"] {
            let writes = written(LogFormat::Json, level, || {
                tracing::trace!(target: "actix_http", "authorization: planted");
                tracing::debug!(target: "hyper::proto", "planted");
                tracing::info!(target: "diesel", "planted");
                tracing::warn!(target: "mio", "kept");
                tracing::trace!(target: "patchbay_persistence::database", "kept");
            });
            assert_eq!(writes.len(), 2, "{writes:?}");
            assert!(writes.iter().all(|write| write.contains("kept")), "{writes:?}");
        }
    }

    #[test]
    fn the_level_decides_what_the_program_itself_says() {
        let writes = written(LogFormat::Pretty, "warn,patchbay_http=info", || {
            tracing::info!(target: "patchbay_server", "no");
            tracing::info!(target: "patchbay_http", "yes");
        });
        assert!(writes.len() == 1 && writes[0].contains("yes"), "{writes:?}");
    }
}
