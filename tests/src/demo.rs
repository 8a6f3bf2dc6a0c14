//! What `patchbay dev` tells whoever starts it for the first time.

use anyhow::{Context, Result};

/// The demo organisation's id and its key, and where the sandbox is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The organisation.
    pub organisation: String,
    /// A key of it that may do everything.
    pub key: String,
    /// Where its fake third parties are, as `http://127.0.0.1:PORT`.
    pub sandbox: String,
}

/// Finds them in what the first start printed.
pub fn demo_key(said: &str) -> Result<Demo> {
    let key = said.split("ck_").skip(1).map(|rest| leading(rest, |c| c.is_ascii_hexdigit()));
    let key = key.filter(|digits| digits.len() == 64).map(|digits| format!("ck_{digits}")).next();
    let organisation = said.split("organisations/").skip(1);
    let organisation = organisation.map(|rest| leading(rest, |c| c.is_ascii_hexdigit() || c == '-'));
    let organisation = organisation.filter(|id| id.len() == 36).map(str::to_owned).next();
    let loopback = "http://127.0.0.1:";
    let sandbox = said.split("  sandbox  ").nth(1).and_then(|rest| rest.trim().strip_prefix(loopback));
    let port = sandbox.map(|rest| leading(rest, |c| c.is_ascii_digit()));
    Ok(Demo {
        organisation: organisation.with_context(|| format!("no organisation in:\n{said}"))?,
        key: key.with_context(|| format!("no key in:\n{said}"))?,
        sandbox: format!("{loopback}{}", port.with_context(|| format!("no sandbox in:\n{said}"))?),
    })
}

fn leading(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    text.split(|c| !wanted(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_key_and_sandbox_are_found_among_other_words() {
        let key = format!("ck_{}", "0123456789abcdef".repeat(4));
        let id = "0192202e-b6f3-7d23-8025-3f60675cc031";
        let said = format!(
            "  sandbox   http://127.0.0.1:8090  (x)\nkey ck_…: {key}\ncurl http://h/api/v1/organisations/{id}/x\n"
        );
        let sandbox = "http://127.0.0.1:8090".to_owned();
        assert_eq!(demo_key(&said).unwrap(), Demo { organisation: id.to_owned(), key, sandbox });
        assert!(demo_key("nothing").is_err());
    }
}
