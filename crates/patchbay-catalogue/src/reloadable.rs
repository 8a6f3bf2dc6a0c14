//! A catalogue that can be read anew while it is in use.

use std::sync::{Arc, PoisonError, RwLock};

use patchbay_domain::{Provider, ProviderDirectory, ProviderId};

use crate::findings::Findings;
use crate::{Catalogue, CatalogueFiles};

/// A catalogue that can be read anew while it is in use. Whoever needs answers that fit
/// together takes [`current`](Self::current) and asks that.
#[derive(Debug)]
pub struct ReloadableCatalogue {
    files: CatalogueFiles,
    current: RwLock<Arc<Catalogue>>,
}

impl ReloadableCatalogue {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn open(files: CatalogueFiles) -> Result<Self, Findings> {
        let catalogue = Catalogue::load(&files.read()?)?;
        Ok(Self { files, current: RwLock::new(Arc::new(catalogue)) })
    }

    /// The set that counts now.
    #[must_use]
    pub fn current(&self) -> Arc<Catalogue> {
        // A set is swapped as a whole: one that was being swapped is there or is not.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files again and lets them count from now on.
    ///
    /// # Errors
    /// All that is wrong with them; then the set that was there goes on counting.
    pub fn reload(&self) -> Result<Arc<Catalogue>, Findings> {
        let catalogue = Arc::new(Catalogue::load(&self.files.read()?)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = catalogue.clone();
        Ok(catalogue)
    }
}

impl ProviderDirectory for ReloadableCatalogue {
    fn get(&self, id: &ProviderId) -> Option<Arc<Provider>> {
        self.current().get(id)
    }

    fn named(&self, dialect: &str, name: &str) -> Option<Arc<Provider>> {
        self.current().named(dialect, name)
    }

    fn called(&self, dialect: &str, name: &str) -> Option<Arc<Provider>> {
        self.current().called(dialect, name)
    }

    fn offered(&self, dialect: &str) -> Vec<Arc<Provider>> {
        self.current().offered(dialect)
    }
}
