//! Writes down everything that is logged, on whatever level, and every span.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    /// What was said on this thread; `None` while nobody listens.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Listens to this thread from now on.
pub fn listen() {
    // One for all threads: whether anybody listens to a line is decided once, by who comes first.
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| tracing::subscriber::set_global_default(Overhearing).unwrap());
    SAID.set(Some(String::new()));
}

/// What was said on this thread since somebody listens, who does not any longer.
pub fn heard() -> String {
    SAID.take().unwrap()
}

struct Overhearing;

impl Visit for Overhearing {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        SAID.with_borrow_mut(|said| {
            if let Some(said) = said {
                writeln!(said, "{field}={value:?}").unwrap();
            }
        });
    }
}

impl Subscriber for Overhearing {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Self);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
