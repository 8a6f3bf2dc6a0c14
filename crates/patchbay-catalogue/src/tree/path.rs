//! The way from an entry to one of its members.

use std::fmt;

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// The entry itself.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The member `name` of what this leads to.
    pub fn key(&self, name: &str) -> Self {
        self.step(Step::Key(name.to_owned()))
    }

    /// The member at `index` of what this leads to, known as `name`.
    pub fn item(&self, index: usize, name: Option<&str>) -> Self {
        self.step(Step::Item { index, name: name.map(str::to_owned) })
    }

    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
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
