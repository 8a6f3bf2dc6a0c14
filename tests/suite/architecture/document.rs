//! Reading ARCHITECTURE.md.

/// The lines between a heading and the next heading of any level.
fn section<'a>(document: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    let mut lines = document.lines();
    lines.by_ref().find(|line| line.trim_end() == heading);
    lines.take_while(|line| !line.starts_with('#'))
}

/// The rows of the table below a heading, without its head, cell by cell.
pub fn table<'a>(document: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let rows = section(document, heading).filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'));
    rows.skip(2).map(|row| row.split('|').map(str::trim).collect()).collect()
}

/// The names in backticks that the list below a heading starts its points with.
pub fn points<'a>(document: &'a str, heading: &str) -> Vec<&'a str> {
    let points = section(document, heading).filter_map(|line| line.strip_prefix("- "));
    points.filter_map(|point| names(point).into_iter().next()).collect()
}

/// The names in backticks in a text.
pub fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# A\n\n| x |\n|---|\n| 0 |\n\n## B\n\nText.\n\n| a | b |\n| --- | --- |\n| `c` | – |\n\
                            | `d` | `e`, `f` (g) |\n\n- `h`: says `i`\n\n## C\n- `j`\n";

    #[test]
    fn a_table_is_read_row_by_row_from_its_own_section() {
        assert_eq!(table(DOCUMENT, "## B"), [["`c`", "–"], ["`d`", "`e`, `f` (g)"]]);
        assert!(table(DOCUMENT, "## D").is_empty());
    }

    #[test]
    fn a_list_is_read_by_the_names_that_start_its_points() {
        assert_eq!(points(DOCUMENT, "## B"), ["h"]);
        assert_eq!(names("`e`, `f` (g)"), ["e", "f"]);
    }
}
