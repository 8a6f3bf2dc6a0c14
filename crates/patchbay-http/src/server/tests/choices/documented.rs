//! The document of a dialect says what it chose.

use utoipa::openapi::{RefOr, Schema};

use super::*;
use crate::kernel::{About, Documented, document_of};

impl Documented for Choosy {
    type ErrorBody = String;
    const EXAMPLES: &'static str = "";

    fn about() -> About {
        About { title: "choosy", description: "", tags: &[], keys: Vec::new() }
    }

    fn success(_: &Operation<Self>, _: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema> {
        data.unwrap_or_else(<String as utoipa::PartialSchema>::schema)
    }
}

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_document_of_a_dialect_says_what_it_chose() {
    let document = document_of::<Choosy>().unwrap();
    let of_all =
        ["ratelimit-limit", "ratelimit-policy", "ratelimit-remaining", "ratelimit-reset", "x-request-id"];
    assert_eq!(names(&document["components"]["headers"]), of_all);
    let things = &document["paths"]["/choosy/things"];
    let of_named = names(&things["post"]["responses"]["200"]["headers"]);
    assert_eq!(of_named, [["idempotency-key", "idempotency-replay"].as_slice(), &of_all].concat());
    assert_eq!(names(&things["get"]["responses"]["200"]["headers"]), of_all);
    let refused = &things["post"]["responses"]["415"]["content"]["application/json"]["examples"];
    assert_eq!(names(refused), ["not_json_type"]);
    assert!(things["get"]["responses"].get("415").is_none(), "it has no body");
}
