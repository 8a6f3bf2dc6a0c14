//! What a wire API supplies.

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use patchbay_application::AuthRefusal;
use secrecy::SecretString;

use super::{RateLimitHeaders, Refusal, Routes, Seen};

/// A place in the path space, and the routes below it.
pub struct Mount<D: Dialect> {
    /// The path that the routes continue; one dialect owns everything below it.
    pub prefix: &'static str,
    /// Registers the routes.
    pub routes: fn(&mut Routes<D>),
}

/// What a wire API supplies; everything else is shared.
pub trait Dialect: Sized + 'static {
    /// What it is called, in logs and documents.
    const NAME: &'static str;

    /// What may stand before every path: the whole API is reached behind each of them.
    const BASES: &'static [&'static str];

    /// Where its routes are, behind any base.
    const MOUNTS: &'static [Mount<Self>];

    /// The message constants of one operation; `()` where the API has none.
    type Words: Sync + 'static;

    /// Whether a body has to be called JSON by its `Content-Type`, with any parameters. One that
    /// is not is [`Refusal::NotJsonType`], once the gate has let its request through.
    const WANTS_JSON_TYPE: bool = false;

    /// Whether a request without any body is read like one with `{}`, so that it is told what it
    /// lacks.
    const MAY_LACK_BODY: bool = false;

    /// In which headers the holder of a key is told of its limit.
    const RATE_LIMIT_HEADERS: RateLimitHeaders = RateLimitHeaders::Structured;

    /// Whether the answers to a named request carry its name, in `Idempotency-Key`, and a replay is
    /// marked by `Idempotency-Replay` as well.
    const REPEATS_NAME: bool = false;

    /// Whether a refusal repeats the value of the member of a body at `path` (`a.0.b`): where
    /// the API's clients expect that, and the member can hold no secret. It is found in
    /// [`Fault::value`](patchbay_application::Fault::value), if it was sent and is small.
    fn repeats(_path: &str) -> bool {
        false
    }

    /// Finds the key in the API's own header.
    ///
    /// # Errors
    /// In which way it is missing.
    fn presented(head: &RequestHead) -> Result<SecretString, AuthRefusal>;

    /// Writes a refusal in the API's own shape.
    fn render(seen: &Seen<'_, Self>, refusal: &Refusal) -> HttpResponse;
}
