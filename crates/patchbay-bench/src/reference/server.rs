//! The HTTP side of the reference.

use std::fs;
use std::future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use actix_web::{App, Error, HttpResponse, HttpServer, web};
use anyhow::Context;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::database::Database;
use super::reads::Reads;
use super::row::{NewRow, Row};
use super::writes::Writes;

/// How long a request may take to finish after SIGTERM, in seconds.
const SHUTDOWN_S: u64 = 5;

/// Where reads run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReadPath {
    /// On the HTTP worker, which keeps a connection.
    Inline,
    /// On dedicated database threads behind a bounded queue.
    Threads,
}

/// The bare reference server that Patchbay's speed is compared with.
#[derive(Clone, Debug, clap::Parser)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`.
    #[arg(long)]
    pub database: Database,
    /// Where reads run.
    #[arg(long, value_enum, default_value = "inline")]
    pub reads: ReadPath,
    /// Database threads for `--reads threads`; unset: the cores on SQLite, twice the cores and at least 4 on
    /// PostgreSQL.
    #[arg(long)]
    pub read_threads: Option<usize>,
    /// PostgreSQL connections for inserts.
    #[arg(long, default_value_t = 16)]
    pub write_pool: u32,
    /// Rows to make when the table is empty.
    #[arg(long, default_value_t = 100_000)]
    pub seed: u32,
    /// HTTP workers; unset: the cores.
    #[arg(long)]
    pub workers: Option<usize>,
    /// The port on loopback; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The file that the bound address is written to once requests are answered.
    #[arg(long)]
    pub address_file: Option<PathBuf>,
}

struct Shared {
    reads: Reads,
    writes: Writes,
    next: AtomicI64,
}

#[derive(Deserialize)]
struct PageQuery {
    after: i64,
}

/// Seeds the database, serves until SIGTERM or SIGINT, and finishes what is in flight.
///
/// # Errors
/// When the database cannot be opened or the port not bound.
pub async fn serve(options: Options) -> anyhow::Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let shared = web::Data::from(Arc::new(open(&options, cores)?));
    let server = HttpServer::new(move || App::new().app_data(web::Data::clone(&shared)).configure(routes))
        .workers(options.workers.unwrap_or(cores))
        .shutdown_timeout(SHUTDOWN_S)
        .bind((Ipv4Addr::LOCALHOST, options.port))
        .context("binding the port")?;
    let address = server.addrs().first().copied().context("no address is bound")?;
    let mut running = pin!(server.run());
    // Its first poll installs the signal handlers: only then may anybody know of it.
    tokio::select! {
        biased;
        ended = &mut running => return ended.context("serving"),
        () = future::ready(()) => {}
    }
    if let Some(file) = &options.address_file {
        publish(file, address)?;
    }
    running.await.context("serving")
}

fn open(options: &Options, cores: usize) -> anyhow::Result<Shared> {
    let database = &options.database;
    let next = database.open()?.seed(options.seed).context("seeding the database")?;
    let threads = options.read_threads.unwrap_or(match database {
        Database::Sqlite(_) => cores,
        Database::Postgres(_) => (2 * cores).max(4),
    });
    let reads = match options.reads {
        ReadPath::Inline => Reads::Inline(database.clone()),
        ReadPath::Threads => Reads::on_threads(database, threads)?,
    };
    let writes = Writes::start(database, options.write_pool)?;
    Ok(Shared { reads, writes, next: AtomicI64::new(next) })
}

/// Writes the address in one step, so that no reader sees half of it.
fn publish(file: &Path, address: SocketAddr) -> anyhow::Result<()> {
    let half = file.with_extension("part");
    fs::write(&half, address.to_string()).context("writing the address file")?;
    fs::rename(&half, file).context("writing the address file")
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/rows/{id}", web::get().to(find))
        .route("/rows", web::get().to(page))
        .route("/rows", web::post().to(create));
}

async fn find(shared: web::Data<Shared>, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let row = shared.reads.run(move |store| store.find(&id)).await?;
    Ok(row.map_or_else(|| HttpResponse::NotFound().finish(), |row| HttpResponse::Ok().json(row)))
}

async fn page(shared: web::Data<Shared>, query: web::Query<PageQuery>) -> Result<HttpResponse, Error> {
    let rows = shared.reads.run(move |store| store.page(query.after)).await?;
    Ok(HttpResponse::Ok().json(rows))
}

async fn create(shared: web::Data<Shared>, new: web::Json<NewRow>) -> Result<HttpResponse, Error> {
    let row = Row::new(shared.next.fetch_add(1, Ordering::Relaxed), new.into_inner());
    Ok(HttpResponse::Created().json(shared.writes.insert(row).await?))
}
