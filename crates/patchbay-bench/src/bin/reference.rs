//! The bare reference server.

use clap::Parser;
use patchbay_bench::reference::{Options, serve};

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    serve(Options::parse()).await
}
