//! What the database threads do.

use crossbeam_channel::{Receiver, Sender};
use diesel::QueryResult;
use diesel::connection::TransactionManager;
use patchbay_domain::RepositoryError;

use super::connection::AnyConnection;
use super::error::{commit_failed, unavailable};
use super::job::{Job, Queued};
use super::observer::{DatabaseObserver, JobKind};
use super::session::Session;

/// How many jobs share one commit at the most.
pub(super) const MAX_GROUP: usize = 256;

/// Does one job after the other, until the queue is closed and empty.
pub(super) fn work_alone(queue: &Receiver<Queued>, session: &mut Session) {
    // Connected before the first job comes; if that fails, the job says so.
    session.connection().ok();
    while let Ok(Queued { kind, mut job }) = queue.recv() {
        let fate = match kind {
            _ if !job.is_due() => Ok(()),
            JobKind::Read => read(session, job.as_mut(), false),
            JobKind::Snapshot => read(session, job.as_mut(), true),
            JobKind::Write => write(session, job.as_mut()),
        };
        job.answer(fate);
    }
}

/// After how many jobs the log is folded into the file: about a MiB of it. Whatever is
/// written there at once, the next commit waits behind it on the disk.
const JOBS_A_CHECKPOINT: usize = 128;

/// SQLite's only writer: one commit for all that waits, a savepoint for each job. Wakes the
/// keeper of the log once enough was written.
pub(super) fn write_in_groups(
    queue: &Receiver<Queued>,
    session: &mut Session,
    keeper: &Sender<()>,
    observer: &dyn DatabaseObserver,
) {
    session.connection().ok();
    let mut unfolded = 0;
    while let Ok(first) = queue.recv() {
        let mut group = vec![first.job];
        group.extend(queue.try_iter().take(MAX_GROUP - 1).map(|queued| queued.job));
        let fate = commit_together(session, &mut group);
        if fate.is_ok() {
            observer.committed(group.len());
        }
        unfolded += group.len();
        for job in group {
            job.answer(fate.clone());
        }
        if unfolded >= JOBS_A_CHECKPOINT {
            unfolded = 0;
            // It may be at it still: then it is soon asked again.
            keeper.try_send(()).ok();
        }
    }
}

/// Folds SQLite's log into the file, beside the writer and without holding it up. What it
/// cannot do, for a reader needs the old state, is done later.
pub(super) fn fold_log(wake: &Receiver<()>, session: &mut Session) {
    while wake.recv().is_ok() {
        let folded = session
            .connection()
            .and_then(|conn| conn.run_sql("PRAGMA wal_checkpoint(PASSIVE)").map_err(unavailable));
        if let Err(error) = folded {
            tracing::warn!(error = %error, "SQLite's log could not be folded into the file; the writer will");
        }
        session.drop_if_broken();
    }
}

/// Reads, once more on a new connection when the old one was lost meanwhile.
fn read(session: &mut Session, job: &mut dyn Job, snapshot: bool) -> Result<(), RepositoryError> {
    let first = read_once(session, job, snapshot);
    if !session.drop_if_broken() {
        return first;
    }
    let second = read_once(session, job, snapshot);
    session.drop_if_broken();
    second
}

/// `Err` when the work could not begin.
fn read_once(session: &mut Session, job: &mut dyn Job, snapshot: bool) -> Result<(), RepositoryError> {
    let conn = session.connection()?;
    if snapshot {
        conn.begin_snapshot().map_err(unavailable)?;
    }
    job.run(conn);
    // Reading leaves nothing to commit; a panic may have left a transaction open.
    conn.roll_back_to(0).ok();
    Ok(())
}

/// One job in a transaction of its own.
fn write(session: &mut Session, job: &mut dyn Job) -> Result<(), RepositoryError> {
    let conn = session.begin_write()?;
    let fate = if job.run(conn) {
        // What is left open inside would be all that a COMMIT ends.
        conn.roll_back_to(1).map_err(unavailable).and_then(|()| commit(conn))
    } else {
        conn.roll_back_to(0).map_err(unavailable)
    };
    session.drop_if_broken();
    fate
}

fn commit_together(session: &mut Session, group: &mut [Box<dyn Job>]) -> Result<(), RepositoryError> {
    if let [alone] = group {
        // Its transaction is its savepoint.
        return if alone.is_due() { write(session, alone.as_mut()) } else { Ok(()) };
    }
    let conn = session.begin_write()?;
    let ran = group.iter_mut().try_for_each(|job| in_savepoint(conn, job.as_mut()));
    let fate = match ran {
        Ok(()) => commit(conn),
        Err(error) => {
            tracing::error!(error = %error, "SQLite dropped a transaction; none of its jobs is kept");
            Err(unavailable(error))
        }
    };
    if fate.is_err() {
        // What stays open in spite of it makes the connection a broken one.
        conn.roll_back_to(0).ok();
    }
    session.drop_if_broken();
    fate
}

/// `Err` means that SQLite has dropped the whole transaction (disk full, I/O error): no
/// one's work is kept.
fn in_savepoint(conn: &mut AnyConnection, job: &mut dyn Job) -> QueryResult<()> {
    if !job.is_due() {
        return Ok(());
    }
    let outside = conn.depth()?;
    conn.set_savepoint()?;
    let keep = job.run(conn);
    // A panic may have left transactions open.
    conn.roll_back_to(outside)?;
    if keep { conn.keep_savepoint() } else { conn.undo_savepoint() }
}

fn commit(conn: &mut AnyConnection) -> Result<(), RepositoryError> {
    AnyConnection::commit_transaction(conn).map_err(|error| {
        let lost = matches!(conn, AnyConnection::Postgres(_)) && conn.is_broken();
        commit_failed(error, lost)
    })
}
