//! Pages of a list, by keyset.

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
