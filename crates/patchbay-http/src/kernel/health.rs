//! How APIs that know three states tell whether an integration works.

use patchbay_domain::{Health, HealthState};

/// `valid`, `invalid` or `unknown`: one that works in part is valid.
pub const fn state_in_short(health: &Health) -> &'static str {
    match health.state {
        HealthState::Valid | HealthState::Degraded => "valid",
        HealthState::Broken => "invalid",
        HealthState::Unverified => "unknown",
    }
}

/// Why it is not simply well: what came of asking its provider, and what that said.
pub fn reason_of(health: &Health) -> Option<String> {
    let class = health.class.filter(|class| class.remedy().is_some())?;
    Some(match &health.detail {
        Some(detail) => format!("{}: {detail}", class.as_str()),
        None => class.as_str().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use patchbay_domain::{Verification, VerificationClass};

    #[test]
    fn three_states_and_a_reason_say_what_is_known() {
        let told = |class: VerificationClass, detail: Option<&str>| {
            let detail = detail.map(str::to_owned);
            let verification = Verification { detail, ..Verification::of(class) };
            let health = Health::unknown().after(&verification, DateTime::UNIX_EPOCH);
            (state_in_short(&health), reason_of(&health))
        };
        assert_eq!((state_in_short(&Health::unknown()), reason_of(&Health::unknown())), ("unknown", None));
        assert_eq!(told(VerificationClass::Ok, None), ("valid", None));
        assert_eq!(told(VerificationClass::Skipped, None), ("unknown", None));
        let warned = told(VerificationClass::OkWithWarnings, None);
        assert_eq!(warned, ("valid", Some("ok_with_warnings".to_owned())));
        let refused = told(VerificationClass::CredentialsRejected, Some("invalid_auth"));
        assert_eq!(refused, ("invalid", Some("credentials_rejected: invalid_auth".to_owned())));
    }
}
