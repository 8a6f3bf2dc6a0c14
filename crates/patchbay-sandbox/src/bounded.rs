//! Memory that forgets its oldest entry before it grows beyond a limit.

use std::collections::{HashMap, VecDeque};

/// How much is remembered: more than a suite of tests asks, and little memory.
const LIMIT: usize = 10_000;

/// Values by name, the newest [`LIMIT`] of them.
pub(crate) struct Bounded<V> {
    values: HashMap<String, V>,
    order: VecDeque<String>,
}

impl<V> Default for Bounded<V> {
    fn default() -> Self {
        Self { values: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V> Bounded<V> {
    /// Remembers a value, in the place of the one of that name. Says whether the name is new.
    pub(crate) fn insert(&mut self, name: &str, value: V) -> bool {
        let is_new = self.values.insert(name.to_owned(), value).is_none();
        if is_new {
            self.order.push_back(name.to_owned());
        }
        if self.order.len() > LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        is_new
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(name)
    }

    /// Every value, with its name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Forgets a value.
    pub(crate) fn remove(&mut self, name: &str) {
        if self.values.remove(name).is_some() {
            self.order.retain(|other| other != name);
        }
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_when_there_are_too_many() {
        let mut bounded = Bounded::default();
        for number in 0..=LIMIT {
            assert!(bounded.insert(&number.to_string(), number));
        }
        assert_eq!((bounded.get("0"), bounded.get("1")), (None, Some(&1)));
        assert_eq!((bounded.values.len(), bounded.order.len()), (LIMIT, LIMIT));
    }

    #[test]
    fn a_known_name_keeps_its_place_and_takes_the_new_value() {
        let mut bounded = Bounded::default();
        assert!(bounded.insert("a", 1) && !bounded.insert("a", 2));
        assert_eq!((bounded.get("a"), bounded.order.len()), (Some(&2), 1));
    }
}
