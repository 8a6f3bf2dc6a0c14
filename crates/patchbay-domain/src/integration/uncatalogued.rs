//! What an integration connects to when the catalogue does not know it.

use crate::ChannelKind;
use crate::text::text_value;

text_value!(
    /// What somebody calls a provider that the catalogue does not know: 1 to 64 characters,
    /// kept as they came.
    ProviderName,
    verbatim,
    1..=64
);

/// A provider that the catalogue does not know: what is known of it is what was said when the
/// integration was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncatalogued {
    /// What it is called.
    pub name: ProviderName,
    /// What it carries.
    pub channel: ChannelKind,
}
