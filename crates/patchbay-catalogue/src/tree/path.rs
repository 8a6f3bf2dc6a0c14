//! The way from an entry to one of its members.

use std::fmt;
use std::rc::Rc;

/// One step down.
#[derive(Debug)]
pub enum Step {
    /// To the member of a table.
    Key(String),
    /// To the member of a list.
    Item {
        /// Its position.
        index: usize,
        /// What it is known by.
        name: Option<String>,
    },
}

/// The way from an entry to one of its members, shown as in `auth[oauth].read.access_token`.
///
/// One is made for nearly everything that is read, so that a finding can name it: paths share
/// their beginnings.
#[derive(Clone, Debug, Default)]
pub struct Path(Option<Rc<Below>>);

#[derive(Debug)]
struct Below {
    parent: Path,
    step: Step,
}

impl Path {
    /// The entry itself.
    pub const fn root() -> Self {
        Self(None)
    }

    /// The member `name` of what this leads to.
    pub fn key(&self, name: &str) -> Self {
        self.below(Step::Key(name.to_owned()))
    }

    /// The member at `index` of what this leads to, known as `name`.
    pub fn item(&self, index: usize, name: Option<&str>) -> Self {
        self.below(Step::Item { index, name: name.map(str::to_owned) })
    }

    /// Its steps, from the entry down.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps = Vec::new();
        let mut path = self;
        while let Some(below) = path.0.as_deref() {
            steps.push(&below.step);
            path = &below.parent;
        }
        steps.reverse();
        steps
    }

    fn below(&self, step: Step) -> Self {
        Self(Some(Rc::new(Below { parent: self.clone(), step })))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps().into_iter().enumerate() {
            match step {
                Step::Key(name) if position == 0 => f.write_str(name)?,
                Step::Key(name) => write!(f, ".{name}")?,
                Step::Item { name: Some(name), .. } => write!(f, "[{name}]")?,
                Step::Item { index, .. } => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_members_of_lists_where_they_have_names() {
        let path = Path::root().key("verify").item(1, Some("number")).key("reject").item(0, None).key("at");
        assert_eq!(path.to_string(), "verify[number].reject[0].at");
        assert_eq!(Path::root().to_string(), "");
    }
}
