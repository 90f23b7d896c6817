//! TLS of the listeners: any client certificate that proves its key gets in; who it is, the registry says.
//!
//! A caller is the SHA-256 of its client certificate. No chain is judged here: registration is the trust.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as what it should be.
    #[error("{path}: {problem}; write the path of a PEM file with {wanted}")]
    File {
        /// Which.
        path: String,
        /// What is wrong.
        problem: String,
        /// What it should hold.
        wanted: &'static str,
    },
    /// Certificate and key do not fit.
    #[error("TLS: {0}; do certificate and key belong together?")]
    Setup(#[from] rustls::Error),
}

/// Whether a client must show a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clients {
    /// It must: systems.
    WithCertificate,
    /// It may: browsers.
    Any,
}

/// The server side of a listener.
pub(super) fn server(certificate: &Path, key: &Path, clients: Clients) -> Result<ServerConfig, TlsError> {
    let refused = |path: &Path, wanted| {
        let path = path.display().to_string();
        move |problem: String| TlsError::File { path, problem, wanted }
    };
    let wanted = refused(certificate, "the server's certificate chain");
    let pem = fs::read(certificate).map_err(|error| wanted(error.to_string()))?;
    let wanted = refused(certificate, "the server's certificate chain");
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error| wanted(error.to_string()))?;
    let wanted = refused(key, "the server's private key");
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wanted(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(AnyClient { provider: Arc::clone(&provider), clients });
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    Ok(config)
}

#[derive(Debug)]
struct AnyClient {
    provider: Arc<CryptoProvider>,
    clients: Clients,
}

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        self.clients == Clients::WithCertificate
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
