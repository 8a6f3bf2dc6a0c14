//! `catalogue.*`: where entries of providers are, beside those that are compiled in.

use patchbay_catalogue::{CatalogueFiles, Vars};

use super::parse::{path, text};
use super::reader::Reader;

const VARS: &str = "catalogue.vars";

pub(super) fn read(reader: &mut Reader) -> CatalogueFiles {
    let directory = reader.optional("catalogue.directory", path);
    let mut vars = Vars::new();
    for (key, value) in reader.all_below(VARS, |value| text(value).map(str::to_owned)) {
        match key.split_once('.') {
            Some((provider, name)) if !name.contains('.') => {
                vars.entry(provider.to_owned()).or_default().insert(name.to_owned(), value);
            }
            _ => reader.fault(&format!("{VARS}.{key}"), "must be named catalogue.vars.PROVIDER.NAME"),
        }
    }
    CatalogueFiles { directory, vars, ..CatalogueFiles::default() }
}
