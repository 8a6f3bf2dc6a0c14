//! Whose account a credential or a code is of.

/// An account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// What it is called.
    pub(crate) name: String,
    /// Its name as a part of addresses and tokens: small letters and digits.
    pub(crate) word: String,
}

/// What an account is called that nobody named.
const NOBODYS: &str = "sandbox";

impl Account {
    /// The account that is called `name`; always alike for the same name.
    pub(crate) fn named(name: &str) -> Self {
        let name = if name.is_empty() { NOBODYS } else { name };
        let word: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let word = if word.is_empty() { NOBODYS.to_owned() } else { word.to_ascii_lowercase() };
        Self { name: name.to_owned(), word }
    }

    /// A number of nine digits that goes with it; the name itself where that is a number.
    pub(crate) fn digits(&self) -> String {
        if self.word.bytes().all(|byte| byte.is_ascii_digit()) && self.word.len() <= 15 {
            return self.word.clone();
        }
        // FNV-1a: any hash that stays the same does.
        let hash = self.word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        (100_000_000 + hash % 900_000_000).to_string()
    }
}

impl Default for Account {
    fn default() -> Self {
        Self::named("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_alike_for_the_same_name_and_fit_for_addresses() {
        let account = Account::named("Acme_7!");
        assert_eq!((account.name.as_str(), account.word.as_str()), ("Acme_7!", "acme7"));
        assert_eq!(Account::default().name, "sandbox");
        assert_eq!(Account::named("é").word, "sandbox");
    }

    #[test]
    fn the_number_of_an_account_is_its_own() {
        assert_eq!(Account::named("62516").digits(), "62516");
        assert_eq!(Account::named("acme").digits(), Account::named("acme").digits());
        assert_ne!(Account::named("acme").digits(), Account::named("globex").digits());
        assert_eq!(Account::named("acme").digits().len(), 9);
    }
}
