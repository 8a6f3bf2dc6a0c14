//! What the repository ports promise, kept by both databases.

#![cfg(test)]

mod authorizations;
mod cache;
mod commits;
mod connections;
mod events;
mod fixtures;
mod health;
mod identifiers;
mod integrations;
mod isolation;
mod key_uses;
mod keys;
mod manifests;
mod migrations;
mod moves;
mod organisations;
mod paging;
mod racing;
mod rankings;
mod receipts;
mod sealed;
mod setting_races;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod token_refreshes;
mod unique;
