//! Handing out what is due.

use diesel::QueryResult;
use patchbay_domain::RepositoryError;

use crate::database::{AnyConnection, Database, unavailable};

/// Takes what `due` finds, so far as `postpone` finds it unchanged and puts it off: of what many
/// find at once, each gets others. Where nothing is due, nothing is written.
pub(crate) async fn claim<R: Send + 'static>(
    db: &Database,
    mut due: impl FnMut(&mut AnyConnection) -> QueryResult<Vec<R>> + Send + 'static,
    postpone: impl Fn(&mut AnyConnection, &R) -> QueryResult<bool> + Send + 'static,
) -> Result<Vec<R>, RepositoryError> {
    let due = db.read(move |conn| due(conn).map_err(unavailable)).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    db.write(move |conn| {
        let mut claimed = Vec::new();
        for row in due {
            if postpone(conn, &row).map_err(unavailable)? {
                claimed.push(row);
            }
        }
        Ok(claimed)
    })
    .await
}
