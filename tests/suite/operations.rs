//! What an operator relies on: the command line, the service's start and end, its own
//! endpoints and its log.

mod audit;
mod commands;
mod dev;
mod endpoints;
mod head;
mod headers;
mod keys;
mod logs;
mod master_keys;
mod metrics;
mod migrations;
mod providers;
mod refusals_to_start;
mod rotation;
mod sandbox;
mod shutdown;
mod traces;
