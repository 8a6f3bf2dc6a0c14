//! TLS towards other services.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, ConfigBuilder, WantsVerifier};
use rustls_platform_verifier::Verifier;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::UnusableTls;

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
