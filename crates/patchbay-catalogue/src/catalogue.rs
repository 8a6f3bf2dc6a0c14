//! The set of entries that counts.

use std::collections::HashMap;
use std::sync::Arc;

use patchbay_domain::{Provider, ProviderDirectory, ProviderId};

use crate::schema::Entry;

/// A set of entries without a fault. It does not change.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// In order of id.
    entries: Vec<Arc<Entry>>,
    by_id: HashMap<ProviderId, Known>,
    /// What each dialect offers, in its order.
    offered: HashMap<String, Vec<Arc<Provider>>>,
}

/// An entry, and what the model knows of it.
#[derive(Debug)]
struct Known {
    entry: Arc<Entry>,
    provider: Arc<Provider>,
}

impl Catalogue {
    /// Takes entries that were judged, in order of id.
    pub(crate) fn of(entries: Vec<Entry>) -> Self {
        let mut catalogue = Self::default();
        for entry in entries.into_iter().map(Arc::new) {
            let provider = Arc::new(entry.to_domain());
            if !provider.is_disabled {
                for offer in &provider.offers {
                    catalogue.offered.entry(offer.dialect.clone()).or_default().push(provider.clone());
                }
            }
            catalogue.entries.push(entry.clone());
            catalogue.by_id.insert(entry.id.clone(), Known { entry, provider });
        }
        for (dialect, offered) in &mut catalogue.offered {
            offered.sort_by(|one, other| place_on(one, dialect).cmp(&place_on(other, dialect)));
        }
        catalogue
    }

    /// Its entries, in order of id.
    #[must_use]
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// All that is known of a provider.
    #[must_use]
    pub fn entry(&self, id: &ProviderId) -> Option<&Arc<Entry>> {
        self.by_id.get(id).map(|known| &known.entry)
    }
}

/// Where a provider stands in a dialect's list.
fn place_on<'p>(provider: &'p Provider, dialect: &str) -> (u32, &'p str) {
    let offer = provider.offer(dialect);
    let position = offer.and_then(|offer| offer.position).unwrap_or(u32::MAX);
    (position, offer.map(|offer| offer.name.as_str()).unwrap_or_default())
}

impl ProviderDirectory for Catalogue {
    fn get(&self, id: &ProviderId) -> Option<Arc<Provider>> {
        self.by_id.get(id).map(|known| known.provider.clone())
    }

    fn named(&self, dialect: &str, name: &str) -> Option<Arc<Provider>> {
        let offered = self.offered.get(dialect)?;
        offered.iter().find(|provider| provider.name_on(dialect) == Some(name)).cloned()
    }

    fn called(&self, dialect: &str, name: &str) -> Option<Arc<Provider>> {
        let mut all = self.by_id.values().map(|known| &known.provider);
        self.named(dialect, name)
            .or_else(|| all.find(|provider| provider.name_on(dialect) == Some(name)).cloned())
    }

    fn offered(&self, dialect: &str) -> Vec<Arc<Provider>> {
        self.offered.get(dialect).cloned().unwrap_or_default()
    }
}
