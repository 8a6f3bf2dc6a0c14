//! What `patchbay dev` tells whoever starts it for the first time.

use anyhow::{Context, Result};

/// The demo organisation's id and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The organisation.
    pub organisation: String,
    /// A key of it that may do everything.
    pub key: String,
}

/// Finds both in what the first start printed.
pub fn demo_key(said: &str) -> Result<Demo> {
    let key = said.split("ck_").skip(1).map(|rest| leading(rest, |c| c.is_ascii_hexdigit()));
    let key = key.filter(|digits| digits.len() == 64).map(|digits| format!("ck_{digits}")).next();
    let organisation = said.split("organisations/").skip(1);
    let organisation = organisation.map(|rest| leading(rest, |c| c.is_ascii_hexdigit() || c == '-'));
    let organisation = organisation.filter(|id| id.len() == 36).map(str::to_owned).next();
    Ok(Demo {
        organisation: organisation.with_context(|| format!("no organisation in:\n{said}"))?,
        key: key.with_context(|| format!("no key in:\n{said}"))?,
    })
}

fn leading(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    text.split(|c| !wanted(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_and_key_are_found_among_other_words() {
        let key = format!("ck_{}", "0123456789abcdef".repeat(4));
        let id = "0192202e-b6f3-7d23-8025-3f60675cc031";
        let said = format!("key ck_…: {key}\ncurl http://h/api/v1/organisations/{id}/integrations\n");
        assert_eq!(demo_key(&said).unwrap(), Demo { organisation: id.to_owned(), key });
        assert!(demo_key("nothing").is_err());
    }
}
