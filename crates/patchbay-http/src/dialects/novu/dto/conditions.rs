//! The `conditions` of an integration.

use patchbay_application::{Fault, FaultReason, Location};
use patchbay_domain::Conditions;
use serde_json::Value;

/// Reads groups of questions.
pub fn read(groups: &[Value]) -> Result<Conditions, Vec<Fault>> {
    Conditions::new(groups.to_vec()).map_err(|why| {
        vec![Fault::of_field(Location::Body, "conditions", FaultReason::Rule(why.to_string().into()))]
    })
}
