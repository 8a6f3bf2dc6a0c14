//! TLS towards other services.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, ConfigBuilder, WantsVerifier};
use rustls_platform_verifier::Verifier;
use tokio::sync::OnceCell;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::OutboundError;
use super::error::UnusableTls;

/// What every connection is made with, set up when the first one is: a service that asks
/// nothing of others neither reads certificates nor keeps them. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Tls(Arc<OnceCell<ClientConfig>>);

impl Tls {
    /// The configuration. Whoever asks while it is being set up waits for it; a failure is
    /// not remembered.
    pub(super) async fn get(&self) -> Result<&ClientConfig, OutboundError> {
        self.0.get_or_try_init(apart).await
    }
}

/// One that needs no more setting up.
impl From<ClientConfig> for Tls {
    fn from(configuration: ClientConfig) -> Self {
        Self(Arc::new(configuration.into()))
    }
}

#[expect(clippy::disallowed_methods, reason = "no database work: it reads files, once")]
async fn apart() -> Result<ClientConfig, OutboundError> {
    let made = tokio::task::spawn_blocking(configuration).await;
    Ok(made.map_err(|error| OutboundError::Unreachable(error.into()))??)
}

/// TLS 1.2 or 1.3 to whom the system's authorities vouch for, or those that browsers trust.
///
/// The latter are compiled in, so that it works in an image without certificates too. The
/// provider of the cryptography is named here and installed nowhere.
pub(super) fn configuration() -> Result<ClientConfig, UnusableTls> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(TLS_SERVER_ROOT_CERTS.iter().cloned(), provider.clone())?;
    // The library calls it dangerous because a verifier could be one that verifies nothing.
    // This one checks chain, time and name.
    let configuration = start(provider)?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(finish(configuration))
}

/// The beginning of every configuration: cryptography and versions.
pub(super) fn start(
    provider: Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, UnusableTls> {
    Ok(ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?)
}

/// The end of every configuration: no certificate of our own, and HTTP/1.1 inside.
pub(super) fn finish(builder: ConfigBuilder<ClientConfig, WantsClientCert>) -> ClientConfig {
    let mut configuration = builder.with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    configuration
}
