//! What a provider says when it refuses.

use patchbay_catalogue::Pointer;
use serde_json::Value;

/// Where providers commonly say in words what is wrong, the most telling first.
const COMMON_PLACES: [&str; 12] = [
    "/error_description",
    "/error/data/message",
    "/error/message",
    "/message",
    "/description",
    "/detail",
    "/errors/0/message",
    "/errors/0/detail",
    "/errors/0",
    "/errors",
    "/error",
    "/title",
];

/// What a provider says is wrong, in its own words.
pub(super) fn words_of<'b>(body: &'b Value, error_at: Option<&Pointer>) -> Option<&'b str> {
    let named = error_at.map(Pointer::as_str).into_iter();
    let found = named.chain(COMMON_PLACES).filter_map(|at| body.pointer(at)?.as_str());
    found.map(str::trim).find(|text| !text.is_empty())
}
