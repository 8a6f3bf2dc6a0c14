//! What is asked beside a list of integrations.

use patchbay_application::integrations::IntegrationSearch;
use patchbay_application::{AppError, Fault, FaultReason, Location};
use patchbay_domain::{IntegrationFilter, IntegrationKind, Origin, Status};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::kernel::switched;

/// T4 and T15: which integrations are looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Only those that are active, or only those that are not.
    #[param(value_type = Option<bool>)]
    is_active: Option<String>,
    /// Only those of just this type.
    #[param(value_type = Option<String>, max_length = 64, pattern = r"^[^\u0000]*$")]
    integration_type: Option<String>,
    /// Only those that have this text in their name or in that of their app, in either case.
    q: Option<String>,
}

impl SearchQuery {
    /// What is looked for, of one origin or of all.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a switch that is none, and a type that can be none.
    pub fn search(self, origin: Option<Origin>) -> Result<IntegrationSearch, AppError> {
        let status = switched("is_active", self.is_active.as_deref())?.map(Status::of_switch);
        let kind = self.integration_type.map(|text| IntegrationKind::parse(&text)).transpose();
        let kind = kind.map_err(|why| {
            let fault = Fault::of_field(Location::Query, "integration_type", FaultReason::Text(why));
            AppError::Invalid(fault.into())
        })?;
        let text = self.q.filter(|text| !text.is_empty());
        let filter = IntegrationFilter { origin, status, kind, ..IntegrationFilter::default() };
        Ok(IntegrationSearch { filter, text, with_offers: true })
    }
}
