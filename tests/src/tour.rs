//! The README's five-minute tour, as something to run.
//!
//! Its format: in the section `## Five-minute tour`, every block fenced as `sh` is run, in
//! order, in one shell; blocks fenced otherwise are only shown. In such a block
//!
//! * a line that starts with `# → ` is what the command before it prints on standard output.
//!   Several in a row are one text: ends of lines and the white space around them do not
//!   count, so that a long answer may be broken into lines. `…` stands for any text.
//! * every other line that starts with `#`, and an empty one, is passed over;
//! * all else is a command. One that ends with `\` goes on in the next line;
//! * a command `NAME=paste-…` is a blank for the reader to fill in with what the first start
//!   printed: the test fills in `KEY`, `ORGANISATION` and `SANDBOX`.
//!
//! A command that shows nothing may print anything; every command must end with status 0.

/// A command and what it must print.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The command, as a shell reads it; may have several lines.
    pub command: String,
    /// What it shows, its lines joined; `None` where the tour does not say.
    pub shows: Option<String>,
}

/// The steps of the tour in the text of a README; none when there is no such section.
#[must_use]
pub fn five_minute_tour(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for line in shell_lines(readme) {
        if goes_on {
            goes_on = line.ends_with('\\');
            if let Some(step) = steps.last_mut() {
                step.command = format!("{}\n{line}", step.command);
            }
        } else if let Some(shown) = line.trim_start().strip_prefix("# →") {
            if let Some(step) = steps.last_mut() {
                step.shows = Some(step.shows.take().unwrap_or_default() + shown.trim());
            }
        } else if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            goes_on = line.ends_with('\\');
            steps.push(Step { command: line.to_owned(), shows: None });
        }
    }
    steps
}

/// The lines inside the `sh` blocks of the tour's section.
fn shell_lines(readme: &str) -> Vec<&str> {
    let (mut in_section, mut fence) = (false, None);
    let mut lines = Vec::new();
    for line in readme.lines() {
        match (fence, line.trim().strip_prefix("```")) {
            (None, Some(language)) => fence = Some(language.trim()),
            (Some(_), Some("")) => fence = None,
            (Some("sh"), _) if in_section => lines.push(line),
            (None, None) if line.starts_with("## ") => in_section = line.trim() == "## Five-minute tour",
            _ => {}
        }
    }
    lines
}

/// Whether `printed` is what a step shows: alike but for ends of lines, and `…` for any
/// text.
#[must_use]
pub fn shows(shown: &str, printed: &str) -> bool {
    let printed: String = printed.lines().map(str::trim).collect();
    let mut parts = shown.split('…');
    let Some(mut rest) = parts.next().and_then(|start| printed.strip_prefix(start)) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((end, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = r#"# Patchbay

```sh
not in the section
```

## Five-minute tour

Start it:

```console
$ make run
```

Then:

```sh
# Fill in what it printed.
KEY=paste-the-key-here
curl -s http://127.0.0.1:8080/x \
  -H "authorization: Bearer $KEY"
# → {"status":"success",
# →  "data":{"id":"…"}}

true
```

## Afterwards

```sh
not this either
```
"#;

    #[test]
    fn commands_and_what_they_show_are_read() {
        let step = |command: &str, shows: Option<&str>| Step {
            command: command.to_owned(),
            shows: shows.map(str::to_owned),
        };
        let curl = "curl -s http://127.0.0.1:8080/x \\\n  -H \"authorization: Bearer $KEY\"";
        assert_eq!(
            five_minute_tour(README),
            [
                step("KEY=paste-the-key-here", None),
                step(curl, Some(r#"{"status":"success","data":{"id":"…"}}"#)),
                step("true", None),
            ]
        );
    }

    #[test]
    fn dots_stand_for_any_text_and_all_else_for_itself() {
        let shown = r#"{"id":"…","name":"shop","at":"…"}"#;
        assert!(shows(shown, "{\"id\":\"1\",\"name\":\"shop\",\"at\":\"now\"}\n"));
        assert!(shows(shown, "{\"id\":\"1\",\n  \"name\":\"shop\",\"at\":\"now\"}"));
        assert!(!shows(shown, r#"{"id":"1","name":"shops","at":"now"}"#));
        assert!(!shows(shown, r#"{"id":"1","name":"shop","at":"now"} more"#));
        assert!(shows("", "") && !shows("", "text"));
        assert!(shows("ok", "ok\n") && !shows("ok", "not ok"));
    }
}
