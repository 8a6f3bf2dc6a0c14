//! The two outputs of a command: its result on standard output, all else on standard error.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;
use serde::Serialize;

/// Prints the result of a command: one JSON document.
///
/// A reader that went away wants no more of it, which is no failure.
///
/// # Errors
/// When it cannot be written.
pub fn document(document: &impl Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    print(&text)
}

/// Prints text that is meant for people.
///
/// # Errors
/// As for [`document`].
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot print the result"),
        _ => Ok(()),
    }
}

/// Says why a command failed: the error and its causes, in one line.
pub fn failure(error: &anyhow::Error) {
    complain(&format!("patchbay: {}", one_line(error)));
}

/// Says what the operator should know of, although it stops nothing.
pub fn warning(text: &str) {
    complain(&format!("patchbay: warning: {text}"));
}

fn complain(line: &str) {
    // With standard error gone too there is nobody left to tell.
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// The whole chain of causes, joined by colons. A cause that the error before it has
/// quoted already is not repeated, and control characters are blanks.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        let text = text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty());
        let text = text.collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            line = text;
        } else if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_failure_is_one_line_with_every_cause() {
        let error = anyhow!("no route\n\tto host\n").context("the server").context("cannot start");
        assert_eq!(one_line(&error), "cannot start: the server: no route to host");
    }

    #[test]
    fn a_cause_that_was_quoted_is_not_repeated() {
        let error = anyhow!("no master key k1").context("the keys do not open it: no master key k1");
        assert_eq!(one_line(&error), "the keys do not open it: no master key k1");
    }
}
