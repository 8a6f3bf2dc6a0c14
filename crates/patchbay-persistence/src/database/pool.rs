//! Where the database threads get their connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use patchbay_domain::RepositoryError;

use super::manager::Manager;

/// How long a thread waits for a connection before it refuses the work at hand. A server
/// that went away is tried again after at most half of it.
const RECONNECT: Duration = Duration::from_secs(1);

pub(super) type Connection = r2d2::PooledConnection<Manager>;

/// The connections of one database. Clones share them.
#[derive(Clone)]
pub(super) struct Pool {
    connections: r2d2::Pool<Manager>,
    /// The last one who waited for a connection got none.
    away: Arc<AtomicBool>,
}

impl Pool {
    /// A pool for `size` threads. It connects only when it is asked to, and asks nothing of a
    /// connection that it hands out: threads keep theirs until they break.
    pub(super) fn new(manager: &Manager, size: usize) -> Self {
        let connections = r2d2::Pool::builder()
            .max_size(u32::try_from(size).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connection_timeout(RECONNECT)
            .build_unchecked(manager.clone());
        Self { connections, away: Arc::default() }
    }

    /// A connection. While the database is away, only the first call waits and the others
    /// just look: the pool goes on trying by itself, and a queue full of callers is told at
    /// once.
    pub(super) fn get(&self) -> Result<Connection, RepositoryError> {
        let away = self.away.load(Ordering::Relaxed);
        let conn = self.connections.get_timeout(if away { Duration::ZERO } else { RECONNECT });
        // Who only looked tells nothing new.
        if conn.is_ok() == away {
            self.away.store(!away, Ordering::Relaxed);
        }
        conn.map_err(RepositoryError::unavailable)
    }
    /// How many connections are open.
    pub(super) fn open(&self) -> usize {
        usize::try_from(self.connections.state().connections).unwrap_or(usize::MAX)
    }

    /// How many there may be.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.connections.max_size()).unwrap_or(usize::MAX)
    }
}
