//! Who asks for tokens: the application, by its id and secret.

use patchbay_catalogue::ClientAuth;
use url::form_urlencoded;

use super::problem::Problem;
use super::{CLIENT_ID, CLIENT_SECRET};
use crate::provider::asked::Asked;

/// Checks the id and the secret where the entry has them; in the other place as well where
/// `anywhere` says so. `parameter` knows what was sent in the body.
pub(super) fn check<'p>(
    asked: &Asked,
    auth: ClientAuth,
    anywhere: bool,
    parameter: impl Fn(&str) -> Option<&'p str>,
) -> Result<(), Problem> {
    let (id, secret) = match auth {
        ClientAuth::Basic if asked.header("authorization").is_some() || !anywhere => in_header(asked)?,
        ClientAuth::Body if anywhere && asked.header("authorization").is_some() => in_header(asked)?,
        _ => {
            let text = |name| parameter(name).unwrap_or_default().to_owned();
            (text("client_id"), text("client_secret"))
        }
    };
    match (id, secret) {
        (id, _) if id != CLIENT_ID => Err(Problem::Client),
        (_, secret) if secret != CLIENT_SECRET => Err(Problem::Secret),
        _ => Ok(()),
    }
}

/// RFC 6749 §2.3.1: both are form-encoded before they are joined.
fn in_header(asked: &Asked) -> Result<(String, String), Problem> {
    let (id, secret) = asked.basic().ok_or(Problem::Client)?;
    let decoded = |text: &str| {
        form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
    };
    Ok((decoded(&id), decoded(&secret)))
}
