//! What Patchbay knows of providers.
//!
//! Each provider is one TOML file: how people authorise, which fields a connection has, which
//! request shows whether it works, and what the answers mean. [`Catalogue::load`] reads a set
//! of such [`Sources`], lays files over each other where they say so, and holds the result to
//! every [`Rule`]. It answers either a set without a fault or all [`Findings`] at once, each
//! with its file and line.
//!
//! [`ReloadableCatalogue`] keeps the set that counts, and is the model's
//! [`ProviderDirectory`](patchbay_domain::ProviderDirectory). Whoever speaks to providers is
//! driven by the typed [`Entry`]; its [`Template`]s are filled here, because only what knows
//! where a value stands can write it there safely.

mod catalogue;
mod dates;
mod extend;
mod findings;
mod load;
mod reloadable;
mod rules;
mod schema;
mod source;
mod template;
mod tree;

pub use catalogue::Catalogue;
pub use findings::{Finding, Findings, Rule, Severity};
pub use reloadable::ReloadableCatalogue;
pub use schema::*;
pub use source::{CatalogueFiles, EMBEDDED, SourceFile, Sources, Vars};
pub use template::{BodyTemplate, Found, Part, RenderError, StrayBrace, Template, Values};
