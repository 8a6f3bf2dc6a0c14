//! What the document says of `conditions`: they are read in [`conditions`](super::conditions), not
//! as these types.
#![expect(dead_code, reason = "they are described and never made")]

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Schema};

/// Text, or what is kept as text.
fn scalar() -> Schema {
    let types = vec![Type::String, Type::Number, Type::Boolean];
    ObjectBuilder::new().schema_type(SchemaType::Array(types)).pattern(Some(r"^[^\u0000]*$")).build().into()
}

/// A group of questions. What is not said of it is filled in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    #[schema(default = false)]
    is_negated: Option<bool>,
    #[schema(pattern = "^(BOOLEAN|TEXT|DATE|NUMBER|STATEMENT|LIST|MULTI_LIST|GROUP)$", default = "GROUP")]
    r#type: Option<String>,
    #[schema(pattern = "^(AND|OR)$", default = "AND")]
    value: Option<String>,
    #[schema(max_items = 100)]
    children: Vec<Question>,
}

/// A question, told apart by `on`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Question {
    /// Of a field of something.
    Field(FieldQuestion),
    /// Of a field of what a webhook answers.
    Webhook(WebhookQuestion),
    /// Whether somebody is online.
    Online(OnlineQuestion),
    /// Whether somebody was, within a time.
    OnlineInLast(OnlineInLastQuestion),
    /// What became of the step before.
    Step(StepQuestion),
}

/// Of a field of something.
#[derive(Serialize, ToSchema)]
pub struct FieldQuestion {
    #[schema(pattern = r"^[^\u0000]*$")]
    field: String,
    #[schema(schema_with = scalar)]
    value: String,
    #[schema(
        pattern = "^(LARGER|SMALLER|LARGER_EQUAL|SMALLER_EQUAL|EQUAL|NOT_EQUAL|ALL_IN|ANY_IN|NOT_IN|BETWEEN|NOT_BETWEEN|LIKE|NOT_LIKE|IN|IS_DEFINED)$"
    )]
    operator: String,
    #[schema(pattern = "^(subscriber|payload|tenant)$")]
    on: String,
}

/// Of a field of what a webhook answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookQuestion {
    #[schema(pattern = r"^[^\u0000]*$")]
    field: String,
    #[schema(schema_with = scalar)]
    value: String,
    #[schema(
        pattern = "^(LARGER|SMALLER|LARGER_EQUAL|SMALLER_EQUAL|EQUAL|NOT_EQUAL|ALL_IN|ANY_IN|NOT_IN|BETWEEN|NOT_BETWEEN|LIKE|NOT_LIKE|IN|IS_DEFINED)$"
    )]
    operator: String,
    #[schema(pattern = r"^[^\u0000]*$")]
    webhook_url: String,
    #[schema(pattern = "^webhook$")]
    on: String,
}

/// Whether somebody is online.
#[derive(Serialize, ToSchema)]
pub struct OnlineQuestion {
    value: bool,
    #[schema(pattern = "^isOnline$")]
    on: String,
}

/// Whether somebody was, within a time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnlineInLastQuestion {
    #[schema(pattern = "^(minutes|hours|days)$")]
    time_operator: String,
    value: f64,
    #[schema(pattern = "^isOnlineInLast$")]
    on: String,
}

/// What became of the step before.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepQuestion {
    #[schema(pattern = r"^[^\u0000]*$")]
    step: String,
    #[schema(pattern = r"^[^\u0000]*$")]
    step_type: String,
    #[schema(pattern = "^previousStep$")]
    on: String,
}
