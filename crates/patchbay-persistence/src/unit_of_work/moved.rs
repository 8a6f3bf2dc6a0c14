//! Taking along what hangs on an integration that goes to another environment.

use diesel::prelude::*;
use patchbay_domain::{Integration, IntegrationParts, RepositoryError};

use crate::database::{AnyConnection, unavailable};
use crate::schema::{authorizations, health, manifests, settings, token_refreshes};

/// Says in every row that hangs on `integration` where that lives now. Its own row was written
/// before: on PostgreSQL whatever is on its way to it holds that row, or finds it elsewhere.
pub(super) fn take_along(conn: &mut AnyConnection, integration: &Integration) -> Result<(), RepositoryError> {
    let IntegrationParts { organisation_id, id, environment_id, .. } = integration.parts();
    let (organisation, id, environment) =
        (organisation_id.to_string(), id.to_string(), environment_id.to_string());
    macro_rules! take {
        ($($table:ident),+) => {$({
            let rows = $table::table
                .filter($table::organisation_id.eq(&organisation))
                .filter($table::integration_id.eq(&id));
            diesel::update(rows)
                .set($table::environment_id.eq(&environment))
                .execute(conn)
                .map_err(unavailable)?;
        })+};
    }
    take!(settings, manifests, health, token_refreshes, authorizations);
    Ok(())
}
