//! Where the database threads get their connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    server: Arc<Mutex<Server>>,
}

/// What the threads know of their server.
#[derive(Clone, Copy, Default)]
struct Server {
    /// Somebody waited for a connection, and nobody got one in that time.
    is_away: bool,
    /// How many connections were handed out so far.
    handed_out: u64,
}

impl Server {
    /// Somebody tried to get a connection, knowing `asked` when he began. Who only looked and
    /// found none tells nothing new, nor who waited in vain while another one got one.
    fn tried(&mut self, asked: Self, found: bool) {
        if found {
            *self = Self { is_away: false, handed_out: self.handed_out + 1 };
        } else {
            self.is_away |= !asked.is_away && asked.handed_out == self.handed_out;
        }
    }
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
        Self { connections, server: Arc::default() }
    }

    /// A connection. While the database is away, only the first call waits and the others
    /// just look: the pool goes on trying by itself, and a queue full of callers is told at
    /// once.
    pub(super) fn get(&self) -> Result<Connection, RepositoryError> {
        let asked = *self.server();
        let conn = self.connections.get_timeout(if asked.is_away { Duration::ZERO } else { RECONNECT });
        self.server().tried(asked, conn.is_ok());
        conn.map_err(RepositoryError::unavailable)
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_away_when_somebody_waited_in_vain_until_somebody_gets_a_connection() {
        let mut server = Server::default();
        server.tried(server, false);
        assert!(server.is_away);
        server.tried(server, false);
        assert!(server.is_away, "who looked found nothing either");
        server.tried(server, true);
        assert!(!server.is_away);
    }

    #[test]
    fn one_who_waited_in_vain_says_nothing_when_another_one_got_a_connection_meanwhile() {
        let mut server = Server::default();
        let (slow, fast) = (server, server);
        server.tried(fast, true);
        server.tried(slow, false);
        assert!(!server.is_away, "the next one would only look, and be refused");
    }
}
