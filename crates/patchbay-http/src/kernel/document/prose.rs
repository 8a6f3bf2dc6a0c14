//! What a document says of an operation in words.

use patchbay_domain::Permission;
use utoipa::openapi::path::Operation as Description;

/// Makes the first sentence of a handler's comment the summary, and the rest with the
/// permission that is needed the description.
pub fn arrange(operation: &mut Description, permission: Permission) {
    let parts = [operation.summary.take(), operation.description.take()];
    let text: Vec<_> = parts.iter().flatten().flat_map(|text| text.split_whitespace()).collect();
    let text = text.join(" ");
    let (summary, rest) = text.split_once(". ").unwrap_or((text.trim_end_matches('.'), ""));
    operation.summary = Some(summary.to_owned());
    let needed = format!("Needs the permission `{}`.", permission.as_str());
    operation.description = Some(if rest.is_empty() { needed } else { format!("{rest}\n\n{needed}") });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_is_the_summary_wherever_its_lines_end() {
        let mut operation = Description::new();
        operation.summary = Some("T9: changes it, by".to_owned());
        operation.description = Some("its id. A body\nis ignored.".to_owned());
        arrange(&mut operation, Permission::SettingsWrite);
        assert_eq!(operation.summary.as_deref(), Some("T9: changes it, by its id"));
        let description = operation.description.unwrap();
        assert_eq!(description, "A body is ignored.\n\nNeeds the permission `settings:write`.");

        let mut short = Description::new();
        short.summary = Some("Lists.".to_owned());
        arrange(&mut short, Permission::SettingsRead);
        assert_eq!(short.summary.as_deref(), Some("Lists"));
        assert_eq!(short.description.as_deref(), Some("Needs the permission `settings:read`."));
    }
}
