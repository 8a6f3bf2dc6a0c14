//! What a list answers.

use patchbay_domain::NumberedPage;

/// A list, or a page of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many the whole list has.
    pub total: u64,
}

impl<T> Listed<T> {
    /// One page of a list that was read as a whole, or all of it.
    pub(crate) fn of(all: Vec<T>, page: Option<NumberedPage>) -> Self {
        let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let Some(page) = page else { return Self { items: all, total } };
        let skipped = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(page.size).unwrap_or(usize::MAX);
        Self { items: all.into_iter().skip(skipped).take(size).collect(), total }
    }
}
