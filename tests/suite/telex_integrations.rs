//! Telex's organisation integrations: creating (T3), listing (T4), changing (T5), deleting
//! (T6) and reading one.

mod conflicts;
mod fixtures;
mod isolation;
mod life;
mod partial_changes;
mod secrets;
mod views;
