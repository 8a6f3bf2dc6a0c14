//! Pages of a list: by keyset, and by number for those who count them.

/// Which part of a list is asked for: what follows a position `P` in the list's order.
///
/// Keyset paging: cost follows the page and not the table, and a page stays right while
/// rows before it come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest<P> {
    /// The position that the page comes after; `None` starts at the beginning.
    pub after: Option<P>,
    /// How many items at the most.
    pub limit: u32,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, P> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where to go on; `None` when nothing follows.
    pub next: Option<P>,
}

/// A page by its number: what clients ask for that show numbers of pages. It shifts while
/// items before it come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedPage {
    /// Which page, from 1.
    pub number: u32,
    /// How many items it has at the most, from 1.
    pub size: u32,
}

impl NumberedPage {
    /// How many items come before it.
    #[must_use]
    pub fn offset(self) -> u64 {
        u64::from(self.number.saturating_sub(1)) * u64::from(self.size)
    }
}
