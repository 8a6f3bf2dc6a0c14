//! Certificates and names.

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::super::tls as setup;
use super::*;
use crate::testing::{Server, head, serve};

/// An authority of the test's own.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// A server on loopback with a certificate for `name`. What it heard begins with the
    /// name that the client asked for in TLS.
    async fn server(&self, name: &str, adjust: impl FnOnce(&mut CertificateParams)) -> Server {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        adjust(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(listener, move |stream, heads| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let name = stream.get_ref().1.server_name().unwrap_or_default().to_owned();
                let _ = heads.send(format!("{name} {}", head(&mut stream).await));
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                let _ = stream.shutdown().await;
            }
        })
    }

    /// A client that trusts this authority alone, to whom every name is loopback.
    fn client(&self) -> GuardedClient {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let start = setup::start(Arc::new(aws_lc_rs::default_provider())).unwrap();
        let tls = setup::finish(start.with_root_certificates(roots));
        GuardedClient::with(policy(), Script::new(&[&["127.0.0.1"]]), tls.into())
    }
}

fn request_to(server: &Server) -> OutboundRequest {
    get(&format!("https://hook.example:{}/", server.port))
}

#[tokio::test]
async fn the_name_is_asked_for_and_certified_although_the_address_is_pinned() {
    let authority = Authority::new();
    let mut server = authority.server("hook.example", |_| {}).await;
    let response = authority.client().send(request_to(&server)).await.unwrap();
    assert_eq!(response.body(), b"ok");
    let heard = server.heard().await;
    assert!(heard.starts_with("hook.example GET / HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains(&format!("host: hook.example:{}\r\n", server.port)), "{heard}");
}

async fn is_unreachable(client: GuardedClient, server: &Server) {
    let outcome = client.send(request_to(server)).await;
    assert!(matches!(outcome, Err(OutboundError::Unreachable(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let server = authority.server("other.example", |_| {}).await;
    is_unreachable(authority.client(), &server).await;
    // Nor does one for the address do, when a name was asked for.
    let server = authority.server("127.0.0.1", |_| {}).await;
    is_unreachable(authority.client(), &server).await;
}

#[tokio::test]
async fn a_certificate_of_the_past_is_refused() {
    let authority = Authority::new();
    let server = authority
        .server("hook.example", |params| {
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        })
        .await;
    is_unreachable(authority.client(), &server).await;
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = authority.server("hook.example", |_| {}).await;
    is_unreachable(other.client(), &server).await;
    is_unreachable(client_with(policy(), Script::new(&[&["127.0.0.1"]])), &server).await;
}

#[tokio::test]
async fn a_trusted_origin_is_exempt_from_no_certificate() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = authority.server("hook.example", |_| {}).await;
    let origin: TrustedOrigin = format!("https://hook.example:{}", server.port).parse().unwrap();
    let outcome = other.client().send(request_to(&server).trusting(&origin)).await;
    assert!(matches!(outcome, Err(OutboundError::Unreachable(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_asked_in_the_clear() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = serve(listener, |mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    });
    is_unreachable(client_with(policy(), Script::new(&[&["127.0.0.1"]])), &server).await;
}

#[tokio::test]
async fn a_server_that_never_begins_with_tls_costs_the_deadline_of_connecting() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = serve(listener, |mut stream, heads| async move {
        let _ = heads.send("connected".to_owned());
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let client = client_with(policy(), Script::new(&[&["127.0.0.1"]]));
    let request = request_to(&server);
    let pending = tokio::spawn(async move { client.send(request).await });
    server.heard().await;
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(pending.is_finished());
    let outcome = pending.await.unwrap();
    assert!(matches!(outcome, Err(OutboundError::TimedOut)), "{outcome:?}");
}
