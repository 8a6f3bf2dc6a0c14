//! How a request carries the credential of its connection.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use patchbay_catalogue::{BasicSign, NamedSign, Proof, ProofKind, RenderError, Sign, Template, Values};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::Unaskable;
use super::known::Known;

/// What a request carries for its credential.
#[derive(Default)]
pub(crate) struct Signed {
    /// Its headers, later ones in the place of earlier ones.
    pub(crate) headers: Vec<(String, SecretString)>,
    /// Parameters of its query.
    pub(crate) query: Vec<(String, SecretString)>,
    /// A segment before its path.
    pub(crate) path_prefix: Option<SecretString>,
    /// What was made of secrets and stands in neither as it is.
    pub(crate) made: Vec<SecretString>,
}

/// Signs for a connection.
///
/// # Errors
/// When a value is missing, or cannot stand where it would.
pub(crate) fn signed(sign: &Sign, known: &Known<'_>) -> Result<Signed, Unaskable> {
    let mut signed = Signed::default();
    if let Some(key) = &sign.headers_map {
        // What the entry itself has to say comes after, and so in their place.
        signed.headers.extend(known.table(key));
    }
    for (name, template) in &sign.headers.0 {
        signed.headers.push((name.clone(), template.render_header(known)?));
    }
    for (name, template) in &sign.headers_if_set.0 {
        match template.render_header(known) {
            Err(RenderError::Missing(_)) => {}
            value => signed.headers.push((name.clone(), value?)),
        }
    }
    if let Some(basic) = &sign.basic {
        signed.basic(basic, known)?;
    }
    if let Some(bearer) = &sign.bearer {
        let token = bearer.render_header(known)?;
        let value = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
        signed.authorize(value.as_str().into());
    }
    if let Some(NamedSign { name, value }) = &sign.header_named {
        signed.headers.push((named(name, known)?, value.render_header(known)?));
    }
    if let Some(NamedSign { name, value }) = &sign.query_named {
        signed.query.push((named(name, known)?, value.render_parameter(known)?));
    }
    for (name, template) in &sign.query {
        signed.query.push((name.clone(), template.render_parameter(known)?));
    }
    signed.path_prefix =
        sign.path_prefix.as_ref().map(|prefix| prefix.render_parameter(known)).transpose()?;
    if let Some(proof) = &sign.proof {
        signed.prove(proof, sign.bearer.as_ref(), known)?;
    }
    Ok(signed)
}

/// The name that a field holds.
fn named(key: &str, known: &Known<'_>) -> Result<String, Unaskable> {
    known.field(key).map(str::to_owned).ok_or_else(|| Unaskable::Missing(key.to_owned()))
}

impl Signed {
    fn authorize(&mut self, value: SecretString) {
        self.headers.push(("authorization".to_owned(), value));
    }

    /// HTTP Basic (RFC 7617).
    fn basic(&mut self, sign: &BasicSign, known: &Known<'_>) -> Result<(), Unaskable> {
        let pair = match sign {
            BasicSign::Apart { user, password } => pair(user, password, known)?,
            BasicSign::Pair(pair) => Zeroizing::new(pair.render_header(known)?.expose_secret().to_owned()),
        };
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
        self.authorize(["Basic ", encoded.as_str()].concat().into());
        self.made.push(pair.as_str().into());
        Ok(())
    }

    /// Adds a proof that the application knows its secret.
    fn prove(
        &mut self,
        proof: &Proof,
        bearer: Option<&Template>,
        known: &Known<'_>,
    ) -> Result<(), Unaskable> {
        let Some(secret) = known.field(&proof.secret) else {
            return if proof.is_optional { Ok(()) } else { Err(Unaskable::Missing(proof.secret.clone())) };
        };
        let token = match bearer {
            Some(bearer) => bearer.render_header(known)?,
            None => known.value("token").ok_or_else(|| Unaskable::Missing("token".to_owned()))?.into(),
        };
        match proof.kind {
            ProofKind::MetaAppsecretProof => {
                let proof = SecretString::from(hmac_hex(secret, token.expose_secret()));
                self.made.push(proof.clone());
                self.query.push(("appsecret_proof".to_owned(), proof));
            }
        }
        Ok(())
    }
}

fn pair(user: &Template, password: &Template, known: &Known<'_>) -> Result<Zeroizing<String>, Unaskable> {
    let (name, password) = (user.render_header(known)?, password.render_header(known)?);
    if name.expose_secret().contains(':') {
        let names: Vec<_> = user.names().collect();
        return Err(Unaskable::Unfit(format!("{} has a colon, which ends a user's name", names.join(", "))));
    }
    Ok(Zeroizing::new([name.expose_secret(), ":", password.expose_secret()].concat()))
}

/// HMAC-SHA256 of a text under a secret, in hex.
fn hmac_hex(secret: &str, text: &str) -> String {
    // A key may have any length, so this is always one.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    mac.map(|mac| hex::encode(mac.chain_update(text).finalize().into_bytes())).unwrap_or_default()
}
