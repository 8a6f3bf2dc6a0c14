//! What proves that somebody knows a secret.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The challenge that goes with a verifier (RFC 7636 §4.2, S256).
pub(super) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// HMAC-SHA256 of all parameters, sorted and joined like a query, in hex.
pub(super) fn of_query(secret: &str, mut parameters: Vec<(String, String)>) -> String {
    parameters.sort();
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    // A key may have any length, so this is always one.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    mac.map(|mac| hex::encode(mac.chain_update(pairs.join("&")).finalize().into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_made_of_its_verifier() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    /// The figure is that of `printf 'code=a&shop=b' | openssl dgst -sha256 -hmac 'secret'`.
    #[test]
    fn a_query_is_proved_in_order_of_its_names() {
        let parameters =
            [("shop", "b"), ("code", "a")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expected = "47a060f47fde6f8735a78f057eec933a2ab39ec23789fb0ff3e1709a48ac5fdb";
        assert_eq!(of_query("secret", parameters.to_vec()), expected);
    }
}
