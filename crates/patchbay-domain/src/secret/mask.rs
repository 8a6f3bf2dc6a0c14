//! What is shown in the place of a secret.

use secrecy::{ExposeSecret, SecretString};

/// How an API shows a secret to those who may not see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Eight stars, followed by the secret's last four characters when it has twelve or
    /// more.
    StarsAndTail,
    /// Eight stars, whatever the secret is.
    Stars,
}

impl Mask {
    /// Eight stars.
    pub const STARS: &'static str = "********";

    const TAIL_CHARS: usize = 4;
    const MIN_CHARS_FOR_TAIL: usize = 12;

    /// What is shown in the place of `secret`. An empty one is shown empty: there is
    /// nothing to hide.
    #[must_use]
    pub fn of(self, secret: &SecretString) -> String {
        let text = secret.expose_secret();
        let chars = text.chars().count();
        match self {
            Self::StarsAndTail | Self::Stars if chars == 0 => String::new(),
            Self::StarsAndTail if chars < Self::MIN_CHARS_FOR_TAIL => Self::STARS.to_owned(),
            Self::Stars => Self::STARS.to_owned(),
            Self::StarsAndTail => {
                let tail = text.chars().skip(chars - Self::TAIL_CHARS);
                Self::STARS.chars().chain(tail).collect()
            }
        }
    }

    /// Whether `text` may be the mask of some secret, so that comparing is worth opening
    /// the stored one.
    #[must_use]
    pub fn may_be(self, text: &SecretString) -> bool {
        text.expose_secret().starts_with(Self::STARS)
    }

    /// Whether `text` is what the mask of every secret is, so that it is none itself.
    #[must_use]
    pub fn may_only_be(self, text: &SecretString) -> bool {
        self == Self::Stars && text.expose_secret() == Self::STARS
    }

    /// Whether `text` is the mask of `secret`: written back, it means "unchanged".
    #[must_use]
    pub fn is_of(self, text: &SecretString, secret: &SecretString) -> bool {
        let shown = self.of(secret);
        !shown.is_empty() && shown == text.expose_secret()
    }
}

/// Whether two secrets are alike. Both are the owner's own: what the time of comparing
/// tells is theirs.
#[must_use]
pub fn is_same_secret(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(secret: &str) -> String {
        Mask::StarsAndTail.of(&secret.into())
    }

    #[test]
    fn the_tail_shows_from_twelve_characters_on() {
        assert_eq!(mask("some-auth-credential"), "********tial");
        assert_eq!(mask("123456789012"), "********9012");
        assert_eq!(mask("12345678901"), "********");
        assert_eq!(mask("🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀"), "********🦀🦀🦀🦀");
    }

    #[test]
    fn nothing_is_never_masked() {
        assert_eq!(mask(""), "");
        assert!(!Mask::StarsAndTail.is_of(&"".into(), &"".into()));
    }

    #[test]
    fn only_the_very_mask_means_unchanged() {
        let secret = "some-auth-credential".into();
        assert!(Mask::StarsAndTail.is_of(&"********tial".into(), &secret));
        for other in ["********", "********xxxx", "some-auth-credential", "*********tial"] {
            assert!(!Mask::StarsAndTail.is_of(&other.into(), &secret), "{other}");
        }
        assert!(Mask::StarsAndTail.may_be(&"*********".into()));
        assert!(!Mask::StarsAndTail.may_be(&"*******".into()));
    }

    #[test]
    fn stars_alone_tell_nothing_of_a_secret_but_that_there_is_one() {
        for secret in ["a", "some-auth-credential", "********"] {
            assert_eq!(Mask::Stars.of(&secret.into()), "********", "{secret}");
        }
        assert_eq!(Mask::Stars.of(&"".into()), "");
    }

    #[test]
    fn just_eight_stars_mean_unchanged_where_every_secret_is_shown_so() {
        let secret = "some-auth-credential".into();
        assert!(Mask::Stars.is_of(&"********".into(), &secret));
        assert!(!Mask::Stars.is_of(&"********".into(), &"".into()), "nothing is behind it");
        for other in ["********tial", "*******", "*********", "******** ", "some-auth-credential"] {
            assert!(!Mask::Stars.is_of(&other.into(), &secret), "{other}");
            assert!(!Mask::Stars.may_only_be(&other.into()), "{other}");
        }
    }

    #[test]
    fn only_where_every_secret_is_shown_alike_eight_stars_are_no_secret() {
        assert!(Mask::Stars.may_only_be(&"********".into()));
        assert!(!Mask::StarsAndTail.may_only_be(&"********".into()));
    }
}
