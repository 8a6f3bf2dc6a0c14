//! What Novu offers: the table that its entries are held against.

/// The table: channel, id, name, what is required to be active, what to send, what else there
/// is. A star marks a secret; after a colon stand the kind of a member, or its values.
const TABLE: &str = include_str!("../../crates/patchbay-catalogue/tests/novu.tsv");

/// A provider that Novu offers.
#[derive(Clone, Debug)]
pub struct NovuProvider {
    /// Its id.
    pub id: &'static str,
    /// Its channel.
    pub channel: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What an integration of it needs to be active.
    pub required: Vec<NovuMember>,
    /// What else its credentials may hold.
    pub others: Vec<NovuMember>,
}

/// A member of the credentials of a provider.
#[derive(Clone, Copy, Debug)]
pub struct NovuMember {
    /// What it is called.
    pub name: &'static str,
    /// Whether it is masked.
    pub is_secret: bool,
    /// Its kind, or its values between bars; text where it is empty.
    pub takes: &'static str,
}

impl NovuProvider {
    /// Every member that is known of it.
    pub fn members(&self) -> impl Iterator<Item = &NovuMember> {
        self.required.iter().chain(&self.others)
    }
}

/// Every provider that Novu offers.
#[must_use]
pub fn novu_providers() -> Vec<NovuProvider> {
    TABLE.lines().map(provider).collect()
}

fn provider(line: &'static str) -> NovuProvider {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (channel, id, name, required, sending, optional) = (next(), next(), next(), next(), next(), next());
    let others = members(sending).chain(members(optional)).collect();
    NovuProvider { id, channel, name, required: members(required).collect(), others }
}

fn members(column: &'static str) -> impl Iterator<Item = NovuMember> {
    column.split(' ').filter(|text| *text != "-").map(|text| {
        let (name, takes) = text.split_once(':').unwrap_or((text, ""));
        NovuMember { name: name.trim_end_matches('*'), is_secret: name.ends_with('*'), takes }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_a_provider_needs_and_takes() {
        let providers = novu_providers();
        let smtp = providers.iter().find(|one| one.id == "nodemailer").unwrap();
        let names: Vec<_> = smtp.required.iter().map(|member| (member.name, member.takes)).collect();
        assert_eq!((smtp.channel, names), ("email", vec![("host", ""), ("port", "int")]));
        let secrets: Vec<_> = smtp.members().filter(|one| one.is_secret).map(|one| one.name).collect();
        assert_eq!(secrets, ["password", "secretKey"]);
        assert!(providers.len() > 80);
    }
}
