//! Telex's settings of an integration (T7–T9), of an integration for one channel (T10–T13),
//! those of custom integrations (T18, T19), and the addressable form of the first.

mod access;
mod adding;
mod bodies;
mod channels;
mod custom;
mod effective;
mod fixtures;
mod isolation;
mod labels;
mod life;
mod listing;
mod paths;
mod races;
mod records;
mod secrets;
mod some_setting;
mod texts;

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Settings, Telex};
use serde_json::{Value, json};

use crate::given::{Acme, an_integration, refused};

const NOT_THERE: &str = "Organisation or integration not found";
const NO_SETTING: &str = "Integration setting not found";
const UPDATED: &str = "Integration setting updated successfully";

/// An organisation with one integration, and the id of that.
async fn a_shop(backend: Backend) -> Result<(Acme, String)> {
    let acme = Acme::on(backend).await?;
    let shop = acme.telex.created(&an_integration("shop")).await?;
    Ok((acme, shop))
}

/// The settings of an integration as a whole, and those of one channel: what is true of both.
fn both(telex: &Telex, integration: &str) -> [Settings; 2] {
    [telex.settings(integration), telex.channel(integration, "general")]
}

fn pair(label: &str, value: &str) -> Value {
    json!({ "form_field_label": label, "form_field_value": value })
}

/// What [`Settings::pairs`] answers.
fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(label, value)| (label.to_owned(), value.to_owned())).into()
}

/// Asserts a success that shows nothing.
fn done(answer: Answer, message: &str) {
    let expected = json!({ "status": "success", "status_code": 200, "message": message });
    drop(answer.expect_status(200).expect_json(&expected, &[]));
}

/// Asserts a 400 of these operations, and answers the text of its reason.
fn invalid(answer: Answer) -> String {
    refused(answer, 400, "Invalid request")
}
